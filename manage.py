#!/usr/bin/env python
import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sentimatrix_studio.settings")
    try:
        from django.core.management import execute_from_command_line  # only here can a missing install be explained
    except ImportError as error:
        raise SystemExit("Django is not installed in this Python. Run `make run`, which sets everything up.") from error
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
