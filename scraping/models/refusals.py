BUSY = "A job of this project is still running. Wait for it, or cancel it."


class JobRefused(Exception):  # noqa: N818  not an error: the answer to a start that makes no sense now
    """A job that cannot start or be retried. Codes: ``nothing_to_collect, not_running, busy``."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message, self.can_retry = code, message, code == "busy"
