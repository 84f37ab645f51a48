"""What to watch, and with which settings."""

from projects.models.presets import AnyPreset as AnyPreset
from projects.models.presets import Preset as Preset
from projects.models.projects import Added as Added
from projects.models.projects import Plan as Plan
from projects.models.projects import Project as Project
from projects.models.settings import Settings as Settings
from projects.models.targets import Target as Target
