from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from projects.models import Project
from results import rollups


class Command(BaseCommand):
    help = "Counts reviews anew and replaces the daily roll-ups. Safe while the site is in use."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("project_ids", nargs="*", metavar="PROJECT", help="ids; all projects if none is given")

    def handle(self, *args: Any, project_ids: list[str], **options: Any) -> None:
        projects = Project.objects.filter(pk__in=project_ids) if project_ids else Project.objects.all()
        found = list(projects)
        if missing := set(project_ids) - {str(project.pk) for project in found}:
            raise CommandError(f"There is no project {', '.join(sorted(missing))}.")
        for project in found:
            rollups.rebuild(project)
            self.stdout.write(f"{project.pk} {project.name}: counted anew")
