"""Mark the day of an order's payment whenever something that its profit rests on changes.

What orders, lines and refunds say is marked by the rollup, which knows when they change. The other facts are
written by many hands (files, people, the warehouse), so the database itself watches them. Marks are only
added: nobody who writes waits for whoever works them off.
"""

from django.db import migrations

_BY_ORDER = "SELECT q.paid_date FROM changed c JOIN orders_order q ON q.id = c.order_id"
_BY_TID = "SELECT q.paid_date FROM changed c JOIN orders_order q ON q.tid = c.tid WHERE c.tid <> ''"

# Table, the columns that count, the days of its changed rows.
_WATCHED = (
    ("orders_billline", "order_id, kind, income_amount, expense_amount, booked_date", _BY_ORDER),
    ("orders_giftline", "order_id, quantity, sku_code", _BY_ORDER),
    (
        "orders_compensation",
        "case_id, amount, state",
        "SELECT q.paid_date FROM changed c JOIN orders_aftersalescase a ON a.id = c.case_id"
        " JOIN orders_order q ON q.id = a.order_id",
    ),
    # Those who share a parcel share what it costs.
    (
        "orders_shipment",
        "order_id, waybill_no",
        "SELECT q.paid_date FROM changed c JOIN orders_order q ON q.id = c.order_id UNION"
        " SELECT q.paid_date FROM changed c JOIN orders_shipment s ON s.waybill_no = c.waybill_no"
        " JOIN orders_order q ON q.id = s.order_id",
    ),
    (
        "promotions_affiliatesettlement",
        "tid, line_key, is_current, commission_amount, service_amount",
        _BY_TID,
    ),
    (
        "promotions_affiliaterefund",
        "tid, line_key, is_current, returned_date, commission_amount, service_amount",
        "SELECT q.paid_date FROM changed c JOIN promotions_affiliatesettlement s"
        " ON s.line_key = c.line_key JOIN orders_order q ON q.tid = s.tid",
    ),
    (
        "promotions_profitrule",
        "valid_from, parameters",
        "SELECT p.date FROM changed c JOIN analytics_profitday p ON p.date >= c.valid_from",
    ),
    # What is sold is marked with its day's figures; a gift is not.
    (
        "analytics_skucost",
        "code, since, until, cost_fen",
        "SELECT q.paid_date FROM changed c JOIN orders_giftline g ON g.sku_code = c.code"
        " JOIN orders_order q ON q.id = g.order_id",
    ),
)


def _mark(columns: str, days: str, rows: str) -> str:
    return (
        f"WITH changed AS ({rows.format(columns=columns)})"
        f" INSERT INTO analytics_profitmark (date)"
        f" SELECT DISTINCT paid_date FROM ({days.replace('p.date FROM', 'p.date AS paid_date FROM')})"
        " AS d WHERE paid_date IS NOT NULL;"
    )


def _forward(table: str, columns: str, days: str) -> str:
    new, old = "SELECT {columns} FROM new_rows", "SELECT {columns} FROM old_rows"
    both = f"({old} EXCEPT ALL {new}) UNION ALL ({new} EXCEPT ALL {old})"
    body = (
        f"IF TG_OP = 'INSERT' THEN {_mark(columns, days, new)}"
        f" ELSIF TG_OP = 'DELETE' THEN {_mark(columns, days, old)}"
        f" ELSE {_mark(columns, days, both)} END IF; RETURN NULL;"
    )
    function = f"analytics_mark_{table}"
    triggers = " ".join(
        f"CREATE TRIGGER profit_follows_{event.lower()} AFTER {event} ON {table}"
        f" REFERENCING {seen} FOR EACH STATEMENT EXECUTE FUNCTION {function}();"
        for event, seen in (
            ("INSERT", "NEW TABLE AS new_rows"),
            ("DELETE", "OLD TABLE AS old_rows"),
            ("UPDATE", "OLD TABLE AS old_rows NEW TABLE AS new_rows"),
        )
    )
    return (
        f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN {body} END $$; {triggers}"
    )


def _back(table: str) -> str:
    dropped = " ".join(
        f"DROP TRIGGER profit_follows_{event} ON {table};"
        for event in ("insert", "delete", "update")
    )
    return f"{dropped} DROP FUNCTION analytics_mark_{table}();"


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0008_profit"),
        ("orders", "0017_device_and_buyer_days"),
        ("promotions", "0055_settlements_by_order"),
    ]
    operations = [
        *(
            migrations.RunSQL(_forward(table, columns, days), _back(table))
            for table, columns, days in _WATCHED
        ),
        migrations.RunSQL(
            "INSERT INTO analytics_profitmark (date)"
            " SELECT date FROM analytics_rolledday WHERE basis = 'paid'",
            migrations.RunSQL.noop,
        ),
    ]
