from django.db import migrations

FILL = """
INSERT INTO intake_source (kind, exported_at)
SELECT kind, max(exported_at) FROM intake_batch WHERE state = 'done' GROUP BY kind
ON CONFLICT (kind) DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [("intake", "0003_sources")]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
