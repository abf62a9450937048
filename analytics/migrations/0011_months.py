from django.db import migrations, models

# Months whose days were worked out before there were months: all of them wait to be added up.
_WAITING = """
INSERT INTO analytics_rolledmonth (basis, month, is_current)
SELECT DISTINCT basis, date_trunc('month', date)::date, false FROM analytics_rolledday
"""


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0010_reports"),
    ]

    operations = [
        migrations.CreateModel(
            name="MonthRollup",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("basis", models.CharField(max_length=8)),
                ("dim", models.CharField(max_length=12)),
                ("key", models.CharField(blank=True, default="", max_length=120)),
                ("label", models.TextField(blank=True, default="")),
                ("orders", models.IntegerField()),
                ("paid_orders", models.IntegerField()),
                ("valid_orders", models.IntegerField(db_default=0)),
                ("unpaid_orders", models.IntegerField()),
                ("refunded_orders", models.IntegerField()),
                ("ordered_buyers", models.IntegerField(db_default=0)),
                ("buyers", models.IntegerField()),
                ("pieces", models.BigIntegerField()),
                ("kept_pieces", models.BigIntegerField(db_default=0)),
                ("costed_pieces", models.BigIntegerField(db_default=0)),
                ("ordered_fen", models.BigIntegerField(db_default=0)),
                ("gross_fen", models.BigIntegerField()),
                ("refund_fen", models.BigIntegerField()),
                ("postage_fen", models.BigIntegerField(db_default=0)),
                ("costed_fen", models.BigIntegerField(db_default=0)),
                ("cost_fen", models.BigIntegerField(db_default=0)),
                ("month", models.DateField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("basis", "dim", "month", "key"),
                        name="a_cell_of_a_month_exists_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RolledMonth",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField()),
                ("is_current", models.BooleanField()),
                ("basis", models.CharField(max_length=8)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("basis", "month"), name="a_month_is_rolled_once"
                    )
                ],
            },
        ),
        migrations.RunSQL(_WAITING, migrations.RunSQL.noop),
    ]
