from itertools import count

from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User

PASSWORD = "Correct-Horse-7"
numbers = count(1)


def make_user(**fields) -> User:
    number = next(numbers)
    return User.objects.create_user(**{"email": f"user{number}@example.org", "name": f"User {number}", **fields})


def with_password(**fields) -> User:
    """Hashing takes its time, so only tests that sign in by password ask for one."""
    return make_user(password=PASSWORD, **fields)


def browser_of(user: User) -> Client:
    browser = Client()
    browser.force_login(user)
    return browser


def api_of(user: User) -> APIClient:
    api = APIClient()
    api.force_login(user)
    return api
