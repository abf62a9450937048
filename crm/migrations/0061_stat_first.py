"""Let the list of customers be read by the first day of payment: the people behind a cohort."""

from django.db import migrations, models
from django.db.models import F


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0060_rfm_by_the_day"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="customerstat",
            index=models.Index(
                F("first_paid_date").desc(nulls_last=True),
                F("customer").desc(),
                name="stat_first_idx",
            ),
        ),
    ]
