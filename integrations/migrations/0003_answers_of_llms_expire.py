"""What LLMs have answered is forgotten."""

from datetime import timedelta

from django.db import migrations

from sentimatrix_studio.mongo.expiry import expire


class Migration(migrations.Migration):
    dependencies = [("integrations", "0002_notices_expire")]
    operations = [expire("integrations_remembered", "at", "remembered_expiry", after=timedelta(days=30))]
