from itertools import count

from accounts.models import User
from accounts.tests.factories import make_user
from projects.choices import Platform, TargetType
from projects.models import Project, Target

numbers = count(1)


def make_project(owner: User | None = None, **fields) -> Project:
    return Project.objects.create(owner=owner or make_user(), **{"name": f"Project {next(numbers)}", **fields})


def make_target(project: Project | None = None, **fields) -> Target:
    project, number = project or make_project(), str(next(numbers))
    game = {"platform": Platform.STEAM, "detected_type": TargetType.GAME, "external_id": number}
    url = f"https://store.steampowered.com/app/{number}/"
    return Target.objects.create(owner_id=project.owner_id, project=project, **{**game, "url": url, **fields})
