"""Keep days of payment in the base of RFM; leave room on its pages and those of the figures.

Every day some thousand rows of both become others: with room beside the old row the new one needs no new
entries in the indexes. The room is made as pages are filled, nothing is rewritten here.
"""

from django.db import migrations, models

_ROOM = "ALTER TABLE {table} SET (fillfactor = 90)"
_NO_ROOM = "ALTER TABLE {table} RESET (fillfactor)"
_DAYS = """
UPDATE crm_rfmbase b SET days = k.paid_days FROM crm_customerstat k
WHERE k.customer_id = b.customer_id AND k.paid_days > 0
"""


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0051_what_went_with_a_merge"),
    ]

    operations = [
        migrations.AddField(
            model_name="rfmbase", name="days", field=models.IntegerField(default=0)
        ),
        migrations.AddField(
            model_name="rfmbase", name="moved_on", field=models.DateField(null=True)
        ),
        migrations.RunSQL(_DAYS, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="customerstat",
            index=models.Index(
                condition=models.Q(("life_stage", "")),
                fields=["customer"],
                name="stat_unstaged_idx",
            ),
        ),
        *(
            migrations.RunSQL(_ROOM.format(table=table), _NO_ROOM.format(table=table))
            for table in ("crm_rfmbase", "crm_customerstat")
        ),
    ]
