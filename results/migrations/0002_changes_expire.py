"""What can be undone is forgotten once its day is over."""

from django.db import migrations

from sentimatrix_studio.mongo.expiry import expire


class Migration(migrations.Migration):
    dependencies = [("results", "0001_initial")]
    operations = [
        expire("results_change", "expires_at", "change_expiry"),
        expire("results_bulkchange", "expires_at", "bulk_change_expiry"),
        expire("results_former", "expires_at", "former_expiry"),
    ]
