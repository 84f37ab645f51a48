"""Kept answers that have run out are removed."""

from django.db import migrations

from sentimatrix_studio.mongo.expiry import expire


class Migration(migrations.Migration):
    dependencies = [("sentimatrix_studio", "0001_initial")]
    operations = [expire("sentimatrix_studio_keptanswer", "expires_at", "kept_answer_expiry")]
