"""Have every day worked out again: its figures know no cost, device and new buyers yet."""

from django.db import migrations

FORWARD = """
INSERT INTO orders_dirtyday (basis, date, marked_at)
SELECT basis, date, now() FROM analytics_rolledday
UNION
SELECT 'refunded', (finished_at AT TIME ZONE 'Asia/Shanghai')::date, now() FROM orders_refund
WHERE status = 'SUCCESS' AND finished_at IS NOT NULL
ON CONFLICT (basis, date) DO NOTHING
"""


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0004_facts"),
        ("orders", "0017_device_and_buyer_days"),
        ("products", "0008_shared_codes"),
    ]
    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
