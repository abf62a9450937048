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
        migrations.AlterField(
            model_name="occasion",
            name="kind",
            field=models.CharField(
                choices=[
                    ("birthday", "生日"),
                    ("first_order", "首单周年"),
                    ("festival", "节日"),
                    ("new_goods", "上新"),
                    ("members_only", "会员专享"),
                    ("follow_up", "商品回访"),
                    ("points_end", "积分到期"),
                ],
                max_length=12,
            ),
        ),
    ]
