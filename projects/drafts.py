"""A project in the making: what its person has said so far, kept in the session until it is created or given up."""

from collections.abc import Mapping, Sequence
from typing import Any

from bson import ObjectId
from django.contrib.sessions.backends.base import SessionBase
from django.core.exceptions import ValidationError

from accounts.models import User
from projects import config, files
from projects.config import STANDARD, Config
from projects.forms import lines_of
from projects.models import AnyPreset, Plan, Preset, Project
from projects.options import Wanted
from projects.platforms import detect
from projects.presets import SYSTEM, schedule_words

KEY = "new_project"
EMPTY: Mapping[str, Any] = {
    "name": "",
    "description": "",
    "product": config.no_product(),
    "addresses": "",
    "upload": "",  # the id of a file
    "preset": STANDARD,
    "config": None,  # once the settings are no longer the preset's
}


class Draft:
    """What the steps of the wizard write into, and the last one makes a project of."""

    def __init__(self, session: SessionBase, user: User) -> None:
        self.session, self.user = session, user
        self.said: dict[str, Any] = {**EMPTY, **session.get(KEY, {})}

    @property
    def is_begun(self) -> bool:
        return bool(self.said["name"])

    def keep(self, **said: Any) -> None:
        self.said = {**self.said, **said}
        self.session[KEY] = self.said

    def forget(self) -> None:
        """The upload, if there is one, goes with those that nobody used."""
        self.session.pop(KEY, None)

    @property
    def upload(self) -> files.Upload | None:
        key = self.said["upload"]
        return files.find(self.user.pk, ObjectId(key)) if ObjectId.is_valid(key) else None

    @property
    def preset(self) -> AnyPreset:
        """The standard one, should the one that was chosen be gone by now."""
        return Preset.objects.find(self.user, self.said["preset"]) or SYSTEM[STANDARD]

    @property
    def config(self) -> Config:
        return self.said["config"] or self.preset.config

    @property
    def wanted(self) -> Sequence[Wanted]:
        """What is to be watched, each thing once."""
        found = []
        for _, line in lines_of(self.said["addresses"]):
            try:
                found.append(detect(line))
            except ValidationError:  # only where the session is older than a change of what is known
                continue
        return [Wanted(one) for one in {(one.platform, one.external_id): one for one in found}.values()]

    @property
    def product_facts(self) -> list[tuple[str, str]]:
        """What has been said about the product, by label."""
        said = {one.label: self.said["product"][one.name] for one in config.PRODUCT.settings}
        facts = {
            name: ", ".join(value) if isinstance(value, list) else str(value or "") for name, value in said.items()
        }
        return [(name, value) for name, value in facts.items() if value]

    @property
    def project(self) -> Project:
        """As it would be; not stored."""
        said = self.said
        project = Project(owner=self.user, name=said["name"], description=said["description"], product=said["product"])
        project.use(self.preset)
        project.adjust(self.config)
        return project

    @property
    def schedule(self) -> Mapping[str, str] | None:
        """How often the preset lets it run by itself, whatever else is changed about the settings."""
        return self.preset.schedule

    @property
    def schedule_words(self) -> str:
        return schedule_words(self.schedule) if self.schedule else ""

    def create(self, plan: Plan) -> Project:
        """The project, stored with its targets and its schedule; the draft is gone."""
        project, schedule = self.project, self.schedule
        project.create_with(self.wanted, lambda made: plan(made, schedule))
        self.forget()
        return project
