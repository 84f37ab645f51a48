"""What one may say about a file: its format and its columns."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.http import QueryDict

from results import reading

COLUMNS = (
    *("id", "platform", "target", "url", "author", "rating", "title", "text", "language", "date", "sentiment"),
    *("sentiment_score", "confidence", "emotion", "emotions", "aspects", "label_source", "engine", "job_id"),
    "collected_at",
)
CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "jsonl": "application/jsonl",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "parquet": "application/vnd.apache.parquet",
}
PARAMETERS = ("format", "fields", "bom", "delimiter")
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", ",": ",", ";": ";", "\t": "\t"}


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """How the file should be. Columns are in the order of ``COLUMNS`` whatever order they are asked for in."""

    format: str = "csv"
    columns: tuple[str, ...] = COLUMNS
    bom: bool = True  # so that Excel takes a CSV file for UTF-8
    delimiter: str = ","

    @classmethod
    def parse(cls, query: QueryDict) -> "ExportRequest":
        """Reads ``format``, ``fields``, ``bom`` and ``delimiter``. Raises ValidationError naming what is wrong."""
        wanted = query.get("format", "csv")
        fields = reading.several(query.getlist("fields"))
        bom = query.get("bom", "true")
        delimiter = query.get("delimiter", ",")
        unknown = [name for name in fields if name not in COLUMNS]
        problems = {
            "format": wanted not in CONTENT_TYPES and f"Use one of {', '.join(CONTENT_TYPES)}.",
            "fields": unknown and f"“{unknown[0]}” is not one of {', '.join(COLUMNS)}.",
            "bom": bom not in ("true", "false") and "Use true or false.",
            "delimiter": delimiter not in DELIMITERS and "Use comma, semicolon or tab.",
        }
        if any(problems.values()):
            raise ValidationError({name: message for name, message in problems.items() if message})
        columns = tuple(name for name in COLUMNS if not fields or name in fields)
        return cls(wanted, columns, bom == "true", DELIMITERS[delimiter])

    @property
    def query(self) -> str:
        """The query string that asks for the same."""
        said = {"format": self.format, "bom": str(self.bom).lower(), "delimiter": self.delimiter}
        return urlencode(said | ({"fields": ",".join(self.columns)} if self.columns != COLUMNS else {}))
