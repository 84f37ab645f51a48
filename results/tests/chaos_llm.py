"""Workers to be killed; run by ``test_llm_chaos`` as a program. For each line it reads it forks one, which lets the
project's model read some texts of its own and leaves; its process id comes back at once. Ends when all have left."""

import os
import sys
from contextlib import suppress

import django

django.setup()

# Only now are the models there.
from integrations import llm  # noqa: E402
from projects.models import Project  # noqa: E402
from results.analysis.llm import open_engine  # noqa: E402
from results.tests.test_analysis_llm import Plain  # noqa: E402

TEXTS = 40


def main() -> None:
    llm._library()  # before all of them do it
    for line in sys.stdin:
        if (pid := os.fork()) == 0:
            project = Project.objects.get(pk=sys.argv[1])
            open_engine(project, "run", local=Plain()).analyse(texts_of(int(line)))
            return
        sys.stdout.write(f"{pid}\n")
        sys.stdout.flush()
    with suppress(ChildProcessError):
        while True:
            os.wait()


def texts_of(worker: int) -> list[str]:
    return [f"Review {number} of {worker} is good. {'It is long. ' * 120}" for number in range(TEXTS)]


if __name__ == "__main__":
    main()
