"""From a file of the user's own to a job that reads it."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from bson import ObjectId
from django.core.exceptions import ValidationError

from projects import files
from projects.choices import Platform, TargetType
from projects.models import Project, Target
from results import imports
from scraping.choices import Trigger
from scraping.models import Job


def keep(owner_id: ObjectId, name: str, chunks: Iterable[bytes]) -> files.Upload:
    """Store an upload until it is imported, or forgotten. Raises ValidationError."""
    try:
        return files.save(owner_id, name, chunks)
    except files.UploadRefused as refused:
        raise ValidationError({"file": refused.message}) from refused


def preview(upload: files.Upload, options: imports.Options | None = None) -> imports.Preview:
    """How the file would be read. Raises ValidationError."""
    with files.read(upload.id) as file:
        return imports.preview(file, options)


def start(project: Project, upload: files.Upload, options: imports.Options, label: str = "") -> Job:
    """A job that reads the file into the project by the options of its preview. Raises ValidationError and JobRefused.

    The same file again is the same target; of two copies the older stays.
    """
    if "text" not in options.columns:
        raise ValidationError({"columns": "Say which column holds the text."})
    Job.objects.check_free(project)
    target = store_target(project, upload, options, label)
    return Job.objects.start(project, [target], trigger=Trigger.IMPORT)


def store_target(project: Project, upload: files.Upload, options: imports.Options, label: str = "") -> Target:
    platform = Platform(options.platform or Platform.FILE)
    target, _ = Target.objects.get_or_create(
        project=project,
        platform=platform,
        external_id=upload.sha256,
        defaults={
            "owner_id": project.owner_id,
            "detected_type": TargetType.FILE,
            "label": (label or upload.name)[:200],
            "file_id": upload.id,
        },
    )
    if target.file_id != upload.id:
        files.delete(upload.id)
    target.options = replace(options, platform=platform.value).to_json()
    target.save(update_fields=["options"])
    return target


def unused(file_ids: Iterable[ObjectId]) -> list[ObjectId]:
    """Those of the files that no target holds."""
    file_ids = list(file_ids)
    held: set[Any] = set(Target.objects.filter(file_id__in=file_ids).values_list("file_id", flat=True))
    return [file_id for file_id in file_ids if file_id not in held]
