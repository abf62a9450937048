import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0009_profit_marks"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Report",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(choices=[("daily", "日报"), ("weekly", "周报")], max_length=8),
                ),
                ("business_date", models.DateField()),
                ("since", models.DateField()),
                ("until", models.DateField()),
                ("facts", models.JSONField()),
                ("made_at", models.DateTimeField()),
                ("sheet", models.CharField(max_length=40)),
                ("picture", models.CharField(blank=True, default="", max_length=40)),
                ("picture_why", models.CharField(blank=True, default="", max_length=200)),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.OrderBy(models.F("business_date"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        name="report_newest_idx",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "business_date"),
                        name="there_is_one_report_of_a_kind_and_date",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReportAddress",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("sealed", models.BinaryField(null=True)),
                ("schema", models.CharField(max_length=20)),
                ("hint", models.CharField(blank=True, default="", max_length=8)),
                ("takes_files", models.BooleanField(default=False)),
                ("gets_daily", models.BooleanField(default=True)),
                ("gets_weekly", models.BooleanField(default=True)),
                ("is_on", models.BooleanField(default=True)),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField()),
                ("removed_at", models.DateTimeField(null=True)),
                (
                    "tested",
                    models.CharField(
                        choices=[
                            ("never", "没试过"),
                            ("waiting", "正在试"),
                            ("taken", "试通了"),
                            ("refused", "试不通"),
                            ("unknown", "不确定"),
                        ],
                        default="never",
                        max_length=8,
                    ),
                ),
                ("tested_at", models.DateTimeField(null=True)),
                ("tested_words", models.CharField(blank=True, default="", max_length=300)),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReportSending",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "等着发"),
                            ("claimed", "正在发"),
                            ("sent", "发出了"),
                            ("failed", "没发出去"),
                            ("unknown", "不确定"),
                            ("left_out", "不发"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("words", models.CharField(blank=True, default="", max_length=300)),
                ("version", models.PositiveIntegerField(default=1)),
                ("due_at", models.DateTimeField()),
                ("claim", models.UUIDField(null=True)),
                ("claimed_at", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                (
                    "address",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sendings",
                        to="analytics.reportaddress",
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sendings",
                        to="analytics.report",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="reportaddress",
            constraint=models.UniqueConstraint(
                condition=models.Q(("removed_at__isnull", True)),
                fields=("name",),
                name="an_address_of_reports_has_a_name_of_its_own",
            ),
        ),
        migrations.AddConstraint(
            model_name="reportaddress",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("removed_at__isnull", True), ("sealed__isnull", False)),
                    models.Q(
                        ("is_on", False), ("removed_at__isnull", False), ("sealed__isnull", True)
                    ),
                    _connector="OR",
                ),
                name="an_address_taken_away_is_forgotten",
            ),
        ),
        migrations.AddIndex(
            model_name="reportsending",
            index=models.Index(
                condition=models.Q(("state__in", ["waiting", "claimed", "failed", "unknown"])),
                fields=["due_at"],
                name="report_sending_open_idx",
            ),
        ),
        migrations.AddConstraint(
            model_name="reportsending",
            constraint=models.UniqueConstraint(
                fields=("report", "address"), name="an_address_gets_a_report_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="reportsending",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "sent"), _negated=True),
                    ("sent_at__isnull", False),
                    _connector="OR",
                ),
                name="a_sent_report_says_when",
            ),
        ),
    ]
