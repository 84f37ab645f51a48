"""Tokens that have run out are removed; of those for programs only after a month, in which their caller hears of it."""

from datetime import timedelta

from django.db import migrations

from sentimatrix_studio.mongo.expiry import expire


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]
    operations = [
        expire("accounts_tokenfamily", "expires_at", "token_family_expiry"),
        expire("accounts_apitoken", "expires_at", "api_token_expiry", after=timedelta(days=30)),
    ]
