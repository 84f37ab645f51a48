"""Parquet: the columns of the other formats with their types, moments in UTC, a row group at a time.

Documents become columns in pymongoarrow, without a Python object for each value: MongoDB hands over what a review says
by itself, and the names that its project gives to targets and labels are put in here.
"""

from collections.abc import Iterator, Mapping

import pyarrow as pa
from pyarrow import compute
from pyarrow.parquet import ParquetWriter
from pymongoarrow.context import PyMongoArrowContext
from pymongoarrow.schema import Schema

from projects.models import Project, Target
from results.choices import Sentiment, label_shown
from results.exports.request import ExportRequest
from results.exports.rows import NEWEST_FIRST
from results.exports.sending import Sink
from results.filters import ResultFilter
from results.models import Result
from sentimatrix_studio.mongo.pipelines import collection, condition

ROWS_A_GROUP = 1000  # what is held in memory; fewer where texts are so long that MongoDB hands over 16 MB before
REPEATING = ("platform", "target", "language", "sentiment", "emotion", "label_source", "engine", "job_id")
MOMENT = pa.timestamp("ms", "UTC")
EMOTION = pa.struct([("emotion", pa.string()), ("score", pa.float64())])
ASPECT = pa.struct([(name, pa.string()) for name in ("aspect", "sentiment", "quote")] + [("score", pa.float64())])
TYPES = {  # of the columns that hold no text
    "rating": pa.float64(),
    "date": MOMENT,
    "sentiment_score": pa.float64(),
    "confidence": pa.float64(),
    "emotions": pa.list_(EMOTION),
    "aspects": pa.list_(ASPECT),
    "collected_at": MOMENT,
}
STORED = {  # what MongoDB makes of the columns that are not stored under their names
    "id": {"$toString": "$_id"},
    "target": {"$toString": "$target_id"},
    "language": {"$cond": [{"$eq": ["$language", ""]}, "$source_language", "$language"]},
    "date": "$published_at",
    "sentiment_score": "$score",
    "job_id": {"$toString": "$job_id"},
    "collected_at": "$created_at",
}


def write(project: Project, asked: ResultFilter, form: ExportRequest) -> Iterator[bytes]:
    sink, names = Sink(), _names(project)
    schema = pa.schema([(name, TYPES.get(name, pa.string())) for name in form.columns])
    repeating = [name for name in REPEATING if name in form.columns]
    with ParquetWriter(pa.PythonFile(sink, "w"), schema, compression="zstd", use_dictionary=repeating) as writer:
        for group in _groups(project, asked, schema):
            writer.write_table(_named(group, names))
            yield sink.take()
    yield sink.take()


def _groups(project: Project, asked: ResultFilter, schema: pa.Schema) -> Iterator[pa.Table]:
    where = condition(asked.queryset(project))
    fields = {"_id": 0, **{name: STORED.get(name, 1) for name in schema.names}}
    found = collection(Result).find_raw_batches(where, fields, batch_size=ROWS_A_GROUP).sort(NEWEST_FIRST)
    with found as batches:
        for batch in batches:
            context = PyMongoArrowContext(Schema.from_arrow(schema))
            context.process_bson_stream(batch)
            yield context.finish()


def _names(project: Project) -> dict[str, Mapping[str, str | None]]:
    """By column, what its values are called."""
    targets = {str(target.pk): str(target) for target in Target.objects.filter(project_id=project.pk)}
    labels = {label: label_shown(label, project.sentiment_classes) for label in Sentiment.values}
    return {"target": targets, "sentiment": labels}


def _named(group: pa.Table, names: Mapping[str, Mapping[str, str | None]]) -> pa.Table:
    for position, field in enumerate(group.schema):
        if called := names.get(field.name):
            keys, values = (pa.array(some, pa.string()) for some in (list(called), list(called.values())))
            column = compute.take(values, compute.index_in(group[position], value_set=keys))
            group = group.set_column(position, field, column)
    return group
