from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orders", "0011_ship_apart")]

    operations = [
        migrations.AddField(
            model_name="packingstandard",
            name="second_check_steps",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="scan",
            name="counted_line_id",
            field=models.BigIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="scan", name="undone_at", field=models.DateTimeField(null=True)
        ),
        migrations.AddField(
            model_name="scan",
            name="words",
            field=models.CharField(blank=True, default="", max_length=200),
        ),
    ]
