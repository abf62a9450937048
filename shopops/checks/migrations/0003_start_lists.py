from datetime import date

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from shopops.checks.start_lists import DAILY, ONCE


def give(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Give a shop its first templates; what is there already stays."""
    rules = apps.get_model("checks", "ListItemRule")
    if not rules.objects.exists():
        rules.objects.bulk_create(
            rules(
                role=role,
                key=key,
                position=place,
                text=text,
                checks=list(codes),
                needs_picture=needs_picture,
                valid_from=date(2020, 1, 1),
            )
            for role, lines in DAILY.items()
            for place, (key, text, codes, needs_picture) in enumerate(lines, start=1)
        )
    templates = apps.get_model("checks", "ProjectTemplate")
    items = apps.get_model("checks", "ProjectTemplateItem")
    for code, (name, words, lines) in ONCE.items():
        template, is_new = templates.objects.get_or_create(
            code=code, defaults={"name": name, "words": words}
        )
        if is_new:
            items.objects.bulk_create(
                items(
                    template=template,
                    position=place,
                    section=section,
                    text=text,
                    role=role,
                    due_days=days,
                    needs_proof=needs_proof,
                )
                for place, (section, text, role, days, needs_proof) in enumerate(lines, start=1)
            )


class Migration(migrations.Migration):
    dependencies = [("checks", "0002_issues_and_lists")]

    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
