#!/usr/bin/env python
import os
import sys
from argparse import ArgumentParser
from importlib import import_module


def take_data_dir(arguments: list[str]) -> None:
    """Settings read, or make, their keys in the data folder: the one that is asked for, whatever command it is."""
    parser = ArgumentParser(add_help=False)
    parser.add_argument("--data-dir", default=os.environ.get("DATA_DIR"))
    if folder := parser.parse_known_args(arguments)[0].data_dir:
        os.environ["DATA_DIR"] = folder


def main() -> None:
    take_data_dir(sys.argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sentimatrix_studio.settings")
    try:
        from django.core.exceptions import ImproperlyConfigured  # only here can a missing install be explained
        from django.core.management import execute_from_command_line
        from django.db import DatabaseError
        from pymongo.errors import ConnectionFailure
    except ImportError as error:
        raise SystemExit("Django is not installed in this Python. Run `make run`, which sets everything up.") from error
    try:
        import_module(os.environ["DJANGO_SETTINGS_MODULE"])
    except ImproperlyConfigured as error:
        raise SystemExit(f"Studio cannot start with these settings. {error}") from error
    try:
        execute_from_command_line(sys.argv)
    except (DatabaseError, ConnectionFailure) as error:
        if not any(isinstance(part, ConnectionFailure) for part in (error, error.__cause__)):
            raise
        raise SystemExit("MongoDB does not answer: start Studio, or name a server in MONGODB_URI.") from error


if __name__ == "__main__":
    main()
