"""`python -m results.analysis.train --data DIR --out DIR`: prepare, train, export, compare with the shipped weights.

Half an hour on two idle cores. Every step but the training is quick: `--export-only` repeats them on its checkpoint.
`--leave-out SOURCE` learns from all sources but one and measures on that one, beside VADER: the figures for texts from
elsewhere, by which any change of the recipe is judged.
"""

import argparse
from pathlib import Path

import torch

from results.analysis.local import MODEL_FOLDER
from results.analysis.train.beside_vader import print_beside_vader
from results.analysis.train.evaluate import Answers, figures, print_comparison, tellable, tuned_thresholds
from results.analysis.train.export import export, write_config
from results.analysis.train.left_out import SOURCES, leave_out
from results.analysis.train.network import tokenize
from results.analysis.train.prepare import Corpus, read_corpus
from results.analysis.train.train import train

CHECKPOINT = "checkpoint.pt"


def main() -> None:
    options = arguments()
    torch.set_num_threads(options.threads)
    options.out.mkdir(parents=True, exist_ok=True)
    corpus = read_corpus(options.data)
    if options.leave_out:
        corpus = leave_out(corpus, options.leave_out)
    texts = tokenize([example.text for example in corpus.train])
    print(f"{len(corpus.train)} texts to learn from, {len(corpus.held_out)} held out", flush=True)
    if not options.export_only:
        network = train(corpus.train, texts, options.epochs, options.seed)
        torch.save(network.state_dict(), options.out / CHECKPOINT)
    state = torch.load(options.out / CHECKPOINT, weights_only=True)
    export(state, texts, corpus.emotions, options.out)
    if options.leave_out:
        print_beside_vader(options.out, corpus.held_out)
        return
    tune_thresholds(options.out, corpus)
    trained, shipped = (figures(Answers.of(folder, corpus.held_out)) for folder in (options.out, MODEL_FOLDER))
    print_comparison(trained, shipped)
    print_beside_vader(options.out, corpus.held_out)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m results.analysis.train",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, required=True, help="folder with vader/, goemotions/ and exclude.sha1")
    parser.add_argument("--out", type=Path, required=True, help="folder for the checkpoint and the exported model")
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--leave-out", choices=SOURCES, metavar="SOURCE", help=f"one of {', '.join(SOURCES)}")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--export-only", action="store_true", help="use the checkpoint in --out instead of training")
    return parser.parse_args()


def tune_thresholds(folder: Path, corpus: Corpus) -> None:
    """Write the emotion thresholds that suit the held-out comments best into the configuration of an exported model."""
    answers = Answers.of(folder, corpus.held_out)
    emotions, ekman = answers.emotions(), answers.ekman()
    fine_emotions = tellable(corpus.emotions, *emotions)
    write_config(folder, corpus.emotions, tuned_thresholds(*emotions), tuned_thresholds(*ekman), fine_emotions)


main()
