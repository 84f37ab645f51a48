"""`manage.py evaluate FILE`: how right the local engine is on a file of texts that people have labelled."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from results.analysis.engine import AnalysisError, get_engine
from results.analysis.evaluation import Evaluation, Side
from results.analysis.labelled import LabelledFileError, LabelledTexts, Scale, read_labelled_texts
from results.choices import State


class Command(BaseCommand):
    requires_system_checks: list[str] = []  # needs no database
    help = (
        "Compare the local engine with people's labels in a CSV or TSV file, with or without header. Labels may be"
        " words (positive, neutral, negative), 0 and 1, stars 1 to 5 or ratings −4 to 4; columns and scale are guessed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--text-column", default="", help="header or number from 1")
        parser.add_argument("--label-column", default="", help="header or number from 1")
        parser.add_argument("--delimiter", default="", help="one character; \\t for a tab")
        parser.add_argument("--scale", type=Scale, choices=list(Scale), help="how the labels are written")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            labelled = read_labelled_texts(
                options["file"],
                text_column=options["text_column"],
                label_column=options["label_column"],
                delimiter=options["delimiter"].replace("\\t", "\t"),
                scale=options["scale"],
            )
            analyses = get_engine().analyse(labelled.texts)
        except (LabelledFileError, AnalysisError, OSError) as error:
            raise CommandError(str(error)) from error
        self._print_reading(labelled)
        self._print_figures(Evaluation.of(labelled.sides, analyses))

    def _print_reading(self, labelled: LabelledTexts) -> None:
        self.stdout.write(f"Text: column {labelled.text_column}")
        self.stdout.write(f"Labels: column {labelled.label_column}, read as {labelled.scale}")
        self.stdout.write(f"Rows: {len(labelled.texts)}, skipped: {labelled.skipped}")

    def _print_figures(self, evaluation: Evaluation) -> None:
        for state, count in evaluation.states.most_common():
            self.stdout.write(f"  {State(state).label}: {count}")
        self.stdout.write(f"Accuracy: {evaluation.accuracy:.3f}")
        self.stdout.write(f"Macro-F1: {evaluation.macro_f1:.3f}")
        self.stdout.write("Confusion (rows: people, columns: engine)")
        self.stdout.write(" " * 10 + "".join(f"{side:>10}" for side in Side) + f"{'F1':>10}")
        for true in Side:
            counts = "".join(f"{evaluation.confusion[true, said]:>10}" for said in Side)
            self.stdout.write(f"{true:<10}{counts}{evaluation.f1(true):>10.3f}")
