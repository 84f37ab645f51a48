"""Notices that nobody looks for any more are removed."""

from datetime import timedelta

from django.db import migrations

from sentimatrix_studio.mongo.expiry import expire


class Migration(migrations.Migration):
    dependencies = [("integrations", "0001_initial")]
    operations = [expire("integrations_notice", "at", "notice_expiry", after=timedelta(days=90))]
