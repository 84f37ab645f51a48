"""Run the stand-ins for a try by hand: ``python -m tests.standins --steam captcha``."""

import argparse
import tempfile
import threading
from pathlib import Path

from tests.standins import Standins
from tests.standins.reddit import CLIENT, POST, SECRET


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.standins", description=__doc__)
    parser.add_argument("--port", type=int, default=8899)
    parser.add_argument("--steam", default="ok", help="how Steam answers; see steam.py here")
    parser.add_argument("--reddit", default="blocked", help="how Reddit's open JSON answers")
    said = parser.parse_args()
    with Standins(Path(tempfile.mkdtemp(prefix="standins-")), said.port) as standins:
        standins.steam.mode, standins.reddit.open_json = said.steam, said.reddit
        print("Start Studio with these, and it is led here:\n")
        for name, value in standins.environment.items():
            print(f"export {name}={value}")
        print(f"\nTargets: any game on Steam, and https://www.reddit.com/comments/{POST}/")
        print(f"App of Reddit: {CLIENT}, secret {SECRET}\n\nCtrl-C ends this.", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    main()
