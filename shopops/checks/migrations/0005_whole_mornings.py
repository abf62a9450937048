from datetime import date

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import Q

from shopops.checks.start_lists import DAILY

SINCE = date(2020, 1, 1)


def bring_up_to_date(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Give each role's daily list its new lines, unless somebody of the shop ever changed that list."""
    rules = apps.get_model("checks", "ListItemRule")
    touched = Q(changed_by__isnull=False) | Q(valid_until__isnull=False)
    theirs = set(rules.objects.filter(touched).values_list("role", flat=True))
    for role, lines in DAILY.items():
        if role in theirs or not rules.objects.filter(role=role).exists():
            continue
        for place, (key, text, codes, needs_picture) in enumerate(lines, start=1):
            rules.objects.update_or_create(
                role=role,
                key=key,
                defaults={
                    "position": place,
                    "text": text,
                    "checks": list(codes),
                    "needs_picture": needs_picture,
                },
                create_defaults={
                    "position": place,
                    "text": text,
                    "checks": list(codes),
                    "needs_picture": needs_picture,
                    "valid_from": SINCE,
                },
            )


class Migration(migrations.Migration):
    dependencies = [("checks", "0004_subjects")]

    operations = [migrations.RunPython(bring_up_to_date, migrations.RunPython.noop)]
