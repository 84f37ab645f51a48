"""A mail server that keeps what it is sent, and turns away mail to ``refused@…``."""

import socketserver
import threading
from email import message_from_bytes, policy
from types import TracebackType
from typing import Any, Self


class Dialogue(socketserver.StreamRequestHandler):
    server: "MailServer"

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            word = line.split()[0].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                self.server.keep(b"".join(iter(self.rfile.readline, b".\r\n")))
            answers = {b"EHLO": b"250-here\r\n250 AUTH PLAIN\r\n", b"AUTH": b"235 welcome\r\n", b"QUIT": b"221 bye\r\n"}
            refused = b"550 no such person\r\n" if b"<refused@" in line else b"250 fine\r\n"
            self.wfile.write(answers.get(word, refused))


class MailServer(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Dialogue)
        self.texts: list[str] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def keep(self, raw: bytes) -> None:
        body: Any = message_from_bytes(raw, policy=policy.default).get_body(("plain",))
        self.texts.append(body.get_content())

    def __enter__(self) -> Self:
        threading.Thread(target=self.serve_forever, name="mail", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown()
        self.server_close()
