from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0008_parcels"),
    ]

    operations = [
        migrations.AddField(
            model_name="telltemplate",
            name="version",
            field=models.IntegerField(default=1, db_default=1),
        ),
    ]
