"""Fill in the festivals of the years that the almanac reaches."""

from django.db import migrations

from promotions.rules.festivals import YEARS, festivals_of


def fill(apps, schema_editor):
    festival = apps.get_model("promotions", "Festival")
    festival.objects.using(schema_editor.connection.alias).bulk_create(
        [
            festival(
                name=one.name,
                kind=one.kind,
                starts_on=one.starts_on,
                ends_on=one.ends_on,
                is_certain=one.is_certain,
                note=one.note,
            )
            for year in YEARS
            for one in festivals_of(year)
        ],
        ignore_conflicts=True,
    )


class Migration(migrations.Migration):
    dependencies = [("promotions", "0050_festivals")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
