from itertools import count

from accounts.models import User
from accounts.tests.factories import make_user
from projects import config
from projects.choices import Platform, TargetType
from projects.declarations import overlay
from projects.models import Preset, Project, Target

numbers = count(1)
QUICK = {"rate_limit_delay": 0.1, "max_reviews_per_target": 1000}  # tests neither wait nor stop early


def settings(analyse: bool = True, sentiment_classes: int = 5, **groups) -> config.Config:
    analysis = {"sentiment": analyse, "sentiment_classes": sentiment_classes, **groups.get("analysis", {})}
    limits = {**QUICK, **groups.get("limits", {})}
    return overlay(config.defaults(), {**groups, "analysis": analysis, "limits": limits})


def make_project(owner: User | None = None, *, analyse: bool = True, sentiment_classes: int = 5, **fields) -> Project:
    fields.setdefault("config", settings(analyse, sentiment_classes))
    return Project.everything.create(owner=owner or make_user(), **{"name": f"Project {next(numbers)}", **fields})


def make_preset(owner: User | None = None, **fields) -> Preset:
    return Preset.objects.create(owner=owner or make_user(), **{"name": f"Preset {next(numbers)}", **fields})


def make_target(project: Project | None = None, **fields) -> Target:
    project, number = project or make_project(), str(next(numbers))
    game = {"platform": Platform.STEAM, "detected_type": TargetType.GAME, "external_id": number}
    url = f"https://store.steampowered.com/app/{number}/"
    return Target.objects.create(owner_id=project.owner_id, project=project, **{**game, "url": url, **fields})
