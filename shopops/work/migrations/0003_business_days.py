"""Fill the business calendar with what the installed package knows, and guesses for the next year."""

from django.db import migrations

from shopops.work.calendar_seed import seed_days


def fill(apps, schema_editor):
    business_day = apps.get_model("work", "BusinessDay")
    business_day.objects.using(schema_editor.connection.alias).bulk_create(
        [
            business_day(date=day.date, kind=day.kind, name=day.name, is_confirmed=day.is_confirmed)
            for day in seed_days()
        ],
        ignore_conflicts=True,
        batch_size=5000,
    )


class Migration(migrations.Migration):
    dependencies = [("work", "0002_run_may_be_wanted_again")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
