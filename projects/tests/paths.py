from projects.models import Project

PROJECTS = "/api/v1/projects"


def path_of(project: Project, *more: object) -> str:
    """Of the API."""
    return "/".join([PROJECTS, str(project.pk), *map(str, more)])
