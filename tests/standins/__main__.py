"""Run the stand-ins for a try by hand: ``python -m tests.standins amazon=captcha steam="rate limited"``."""

import argparse
import tempfile
import threading
from pathlib import Path

from tests.standins import Standins, amazon, google, imdb, reddit, trustpilot, yelp, youtube

TARGETS = f"""
https://www.amazon.de/dp/{amazon.ASIN}
https://store.steampowered.com/app/440/
https://www.youtube.com/watch?v={youtube.VIDEO}
https://www.reddit.com/comments/{reddit.POST}/
{google.PLACE}
https://www.trustpilot.com/review/{trustpilot.DOMAIN}
https://www.yelp.com/biz/{yelp.SLUG}
https://www.imdb.com/title/{imdb.TITLE}/"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.standins", description=__doc__)
    parser.add_argument("--port", type=int, default=8899)
    parser.add_argument("modes", nargs="*", metavar="SITE=MODE", help="how a site answers; each has its modes here")
    said = parser.parse_args()
    with Standins(Path(tempfile.mkdtemp(prefix="standins-")), said.port) as standins:
        for site, mode in (one.split("=", 1) for one in said.modes):
            setattr(getattr(standins, site), "open_json" if site == "reddit" else "mode", mode)
        print("Start Studio with these, and it is led here:\n")
        for name, value in standins.environment.items():
            print(f"export {name}={value}")
        print(f"\nTargets:{TARGETS}")
        print(f"\nApp of Reddit: {reddit.CLIENT}, secret {reddit.SECRET}; other keys: whatever begins with good-")
        print("\nCtrl-C ends this.", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    main()
