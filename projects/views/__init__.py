"""The pages on which projects, targets and presets change. Those that show what was found are in
``sentimatrix_studio``."""

from projects.views.presets import preset_create, preset_delete, preset_duplicate, preset_edit, preset_list
from projects.views.projects import (
    project_archive,
    project_delete,
    project_edit,
    project_pause,
    project_restore,
    project_use_preset,
)
from projects.views.targets import (
    addresses_check,
    target_create,
    target_delete,
    target_edit,
    target_pause,
    target_resume,
)
from projects.views.wizard import project_create, project_preset, project_settings, project_sources

__all__ = [
    "addresses_check",
    "preset_create",
    "preset_delete",
    "preset_duplicate",
    "preset_edit",
    "preset_list",
    "project_archive",
    "project_create",
    "project_delete",
    "project_edit",
    "project_pause",
    "project_preset",
    "project_restore",
    "project_settings",
    "project_sources",
    "project_use_preset",
    "target_create",
    "target_delete",
    "target_edit",
    "target_pause",
    "target_resume",
]
