from argparse import ArgumentParser
from typing import Any

from bson import ObjectId
from django.core.management.base import BaseCommand, CommandError

from projects.models import Project
from results import rollups


class Command(BaseCommand):
    help = "Counts reviews anew and replaces the daily roll-ups. Safe while the site is in use."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("project_ids", nargs="*", metavar="PROJECT", help="ids; all projects if none is given")

    def handle(self, *args: Any, project_ids: list[str], **options: Any) -> None:
        named = [project_id for project_id in project_ids if ObjectId.is_valid(project_id)]
        found = list(Project.objects.filter(pk__in=named) if project_ids else Project.objects.all())
        if missing := set(project_ids) - {str(project.pk) for project in found}:
            raise CommandError(f"There is no project {', '.join(sorted(missing))}.")
        for project in found:
            rollups.rebuild(project)
            self.stdout.write(f"{project.pk} {project.name}: counted anew")
