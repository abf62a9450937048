from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("checks", "0005_whole_mornings")]

    operations = [migrations.AddField("issue", "look_on", models.DateField(null=True))]
