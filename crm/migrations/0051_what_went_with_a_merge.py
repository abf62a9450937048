from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("crm", "0050_service"),
    ]

    operations = [
        migrations.AddField(
            model_name="customermerge",
            name="moved",
            field=models.JSONField(default=dict),
        ),
    ]
