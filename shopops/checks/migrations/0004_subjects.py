from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("checks", "0003_start_lists")]

    operations = [
        migrations.AddField(
            "project", "subject", models.CharField(blank=True, default="", max_length=80)
        ),
        migrations.AddField(
            "project", "url", models.CharField(blank=True, default="", max_length=300)
        ),
        migrations.AddField(
            "projectitem", "subject", models.CharField(blank=True, default="", max_length=40)
        ),
        migrations.AddConstraint(
            "project",
            models.UniqueConstraint(
                fields=["subject"],
                condition=Q(closed_at__isnull=True) & ~Q(subject=""),
                name="a_subject_has_one_open_project",
            ),
        ),
    ]
