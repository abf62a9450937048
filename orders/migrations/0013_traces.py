import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0012_second_check"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="TraceLimit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.IntegerField(default=0)),
                ("is_on", models.BooleanField(default=True)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField(blank=True, null=True)),
                ("version", models.IntegerField(default=1)),
                ("changed_at", models.DateTimeField()),
                ("provinces", models.JSONField(blank=True, default=list)),
                ("pickup_hours", models.SmallIntegerField(default=24)),
                ("first_trace_hours", models.SmallIntegerField(default=24)),
                ("silence_hours", models.SmallIntegerField(default=48)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="traceevent",
            name="an_event_stands_once",
        ),
        migrations.AddField(
            model_name="carrier",
            name="unserved",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="carrier",
            name="version",
            field=models.IntegerField(default=1),
        ),
        migrations.AddField(
            model_name="traceevent",
            name="batch_ids",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.BigIntegerField(), default=list
            ),
        ),
        migrations.AddField(
            model_name="traceevent",
            name="carrier",
            field=models.CharField(blank=True, default="", max_length=40),
        ),
        migrations.AddField(
            model_name="traceevent",
            name="is_known",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="traceevent",
            name="text_hash",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="traceevent",
            name="waybill_no",
            field=models.CharField(db_collation="C", default="", max_length=60),
            preserve_default=False,
        ),
        migrations.AddIndex(
            model_name="shipment",
            index=models.Index(
                django.db.models.functions.comparison.Coalesce("handed_over_at", "picked_up_at"),
                condition=models.Q(
                    ("handed_over_at__isnull", False),
                    ("picked_up_at__isnull", False),
                    _connector="OR",
                ),
                name="shipment_left_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="traceevent",
            index=models.Index(
                condition=models.Q(("is_known", False)),
                fields=["waybill_no"],
                name="trace_stray_idx",
            ),
        ),
        migrations.AddConstraint(
            model_name="traceevent",
            constraint=models.UniqueConstraint(
                fields=("waybill_no", "at", "kind", "text_hash"), name="an_event_stands_once"
            ),
        ),
        migrations.AddField(
            model_name="tracelimit",
            name="changed_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RemoveField(
            model_name="traceevent",
            name="batch_id",
        ),
        migrations.RemoveField(
            model_name="traceevent",
            name="shipment",
        ),
        migrations.AddConstraint(
            model_name="tracelimit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_to__isnull", True),
                    ("valid_to__gte", models.F("valid_from")),
                    _connector="OR",
                ),
                name="a_trace_limit_ends_after_it_begins",
            ),
        ),
        migrations.AddIndex(
            model_name="traceevent",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["batch_ids"], name="trace_batch_idx"
            ),
        ),
        migrations.AddConstraint(
            model_name="tracelimit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("first_trace_hours__gt", 0), ("pickup_hours__gt", 0), ("silence_hours__gt", 0)
                ),
                name="a_trace_limit_gives_some_time",
            ),
        ),
    ]
