"""How many pieces of an allocation came back, whichever refund brought them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("products", "0009_product_list"),
    ]

    operations = [
        migrations.AddField(
            model_name="allocation",
            name="returned",
            field=models.IntegerField(db_default=0, default=0),
        ),
        migrations.AddConstraint(
            model_name="allocation",
            constraint=models.CheckConstraint(
                condition=models.Q(("returned__gte", 0), ("returned__lte", models.F("quantity"))),
                name="no_more_comes_back_than_left",
            ),
        ),
    ]
