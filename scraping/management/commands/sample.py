"""Give a person the sample project."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from scraping.sample import load_sample


class Command(BaseCommand):
    help = "Loads the sample project for the person with this e-mail address; a worker reads it in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        user = User.objects.filter(email=email.strip().lower()).first()
        if user is None:
            raise CommandError(f"Nobody here has the address {email}.")
        project = load_sample(user)
        self.stdout.write(f"“{project}” is at {project.get_absolute_url()}")
