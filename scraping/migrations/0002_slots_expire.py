"""What became of planned runs is removed after 90 days."""

from datetime import timedelta

from django.db import migrations

from sentimatrix_studio.mongo.expiry import expire


class Migration(migrations.Migration):
    dependencies = [("scraping", "0001_initial")]
    operations = [expire("scraping_slot", "created_at", "slot_expiry", after=timedelta(days=90))]
