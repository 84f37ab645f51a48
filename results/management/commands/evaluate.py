"""`manage.py evaluate FILE`: how right the local engine is on a file of texts that people have labelled."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from results.analysis.engine import AnalysisError, get_engine
from results.analysis.evaluation import FIVE, Evaluation, Part, Report, Side
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
        parser.add_argument("--json", action="store_true", help="all figures with all their digits")

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
        report = Report(labelled.texts, labelled.labels, analyses)
        if options["json"]:
            self.stdout.write(json.dumps({**report.figures(), "skipped": labelled.skipped}, indent=1))
            return
        self._print_reading(labelled)
        self._print_report(report)

    def _print_reading(self, labelled: LabelledTexts) -> None:
        self.stdout.write(f"Text: column {labelled.text_column}")
        self.stdout.write(f"Labels: column {labelled.label_column}, read as {labelled.scale}")
        self.stdout.write(f"Rows: {len(labelled.texts)}, skipped: {labelled.skipped}")

    def _print_report(self, report: Report) -> None:
        for state, count in report.states.most_common():
            self.stdout.write(f"  {State(state).label}: {count}")
        self.stdout.write(f"Accuracy: {report.sides.accuracy:.3f}")
        self.stdout.write(f"Macro-F1: {report.sides.macro_f1:.3f}")
        self._print_confusion(report.sides, tuple(Side))
        if report.five:
            self.stdout.write(
                f"Five labels: accuracy {report.five.accuracy:.3f}, within one {report.five.within_one(FIVE):.3f},"
                f" macro-F1 {report.five.macro_f1:.3f}"
            )
            self._print_confusion(report.five, FIVE)
        for kind, parts in report.parts.items():
            self._print_parts(kind, parts)

    def _print_confusion(self, evaluation: Evaluation, classes: tuple[str, ...]) -> None:
        self.stdout.write("Confusion (rows: people, columns: engine)")
        self.stdout.write(" " * 14 + "".join(f"{name:>14}" for name in (*classes, "F1")))
        for true in classes:
            counts = "".join(f"{evaluation.confusion[true, said]:>14}" for said in classes)
            self.stdout.write(f"{true:<14}{counts}{evaluation.f1(true):>14.3f}")

    def _print_parts(self, kind: str, parts: dict[str, Part]) -> None:
        self.stdout.write(f"{f'By {kind}':<20}" + "".join(f"{name:>10}" for name in ("rows", "analysed", "acc.", "F1")))
        for name, part in parts.items():
            sides = part.sides
            counts = f"{part.rows:>10}{sides.confusion.total():>10}"
            self.stdout.write(f"{name:<20}{counts}{sides.accuracy:>10.3f}{sides.macro_f1:>10.3f}")
