"""Contacts go when their time is over; the trade record stays."""

import json
import os
from datetime import date, datetime, time, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from orders import checks
from orders.actions import retention
from orders.choices import Stage
from orders.models import Order, OrderContact
from orders.queries.retention import contacts_limit, overdue
from orders.rules.retention import END_SQL, ENDS_BY_ITSELF, Life, ended_at
from shopops.intake.models import Batch, RowChange
from shopops.intake.retention import forget_files, forget_orphans
from shopops.lib.business_time import SHANGHAI
from shopops.lib.sealing import blind_index, seal
from shopops.staff.models import Operation
from shopops.work import schedule
from shopops.work.engine import perform_inline
from tests.factories.orders import OrderFactory

DAY = date(2026, 11, 18)
AT = datetime.combine(DAY, time(3, 30), tzinfo=SHANGHAI)
LIMIT = contacts_limit(DAY)
SIGNED = {"stage": Stage.SIGNED, "status": "TRADE_FINISHED"}


def order(ended, **values):
    values = SIGNED | {"ended_at": ended, "paid_at": LIMIT - timedelta(days=20)} | values
    made = OrderFactory(**values)
    plain = {"name": "王小明", "phone": "13812345678", "address": "文一西路 969 号"}
    OrderContact.objects.create(
        order=made, sealed=seal(json.dumps(plain).encode()), phone_index=blind_index(plain["phone"])
    )
    return made


def run_of_the_day(clock=AT):
    run = next(
        run for run in schedule.request_due(now=clock, only=retention.KIND)
        if run.business_date == DAY
    )  # fmt: skip
    return perform_inline(run, clock=lambda: clock)


@pytest.mark.django_db(transaction=True)
def test_contacts_are_erased_from_the_day_their_time_is_over_and_the_trade_record_stays(shop):
    over = order(
        LIMIT - timedelta(seconds=1), buyer_message="换 13987654321 收，单号 4827339102651184273"
    )
    just_kept = order(LIMIT)
    batch = Batch.objects.create(
        file_name="x", sha256="0", size_bytes=1, source="command", exported_at=AT, created_at=AT
    )
    RowChange.objects.create(
        batch=batch, table="orders_order", row_pk=over.pk,
        before={"receiver_name": "王**", "version": 1, "title": "锅"},
    )  # fmt: skip
    RowChange.objects.create(
        batch=batch, table="orders_ordercontact", row_pk=over.pk, before={"sealed": "\\x00"}
    )

    run = run_of_the_day()

    erased, kept = Order.objects.get(pk=over.pk), Order.objects.get(pk=just_kept.pk)
    assert (run.state, run.error) == ("done", "")
    assert {k: v for k, v in run.result.items() if k != "limit"} == {
        "orders": 1, "contacts": 1, "changes": 2, "left": 0,
    }  # fmt: skip
    assert (erased.receiver_name, erased.receiver_phone, erased.receiver_address) == ("", "", "")
    assert erased.buyer_message == "换 *** 收，单号 4827339102651184273"
    assert (erased.receiver_province, erased.total_amount) == ("浙江省", over.total_amount)
    assert erased.buyer_nick == over.buyer_nick
    assert kept.receiver_name == "张**"
    assert list(OrderContact.objects.values_list("order", flat=True)) == [just_kept.pk]
    assert RowChange.objects.get().before == {"version": 1, "title": "锅"}
    row = Operation.objects.get(name=retention.ERASED)
    assert (row.actor, row.new["orders"], row.new["left"]) == (None, 1, 0)


@pytest.mark.django_db(transaction=True)
def test_the_run_of_a_day_exists_once_and_goes_through_all_blocks(shop, monkeypatch):
    monkeypatch.setattr(retention, "STEP_ORDERS", 2)
    # Keys far up, as where others came and went: no step is spent below them.
    for place in range(5):
        order(LIMIT - timedelta(days=3), pk=1_000_000_000 + place)

    first = run_of_the_day()
    again = schedule.request_due(now=AT + timedelta(hours=2), only=retention.KIND)

    assert first.result["orders"] == 5
    assert first.cursor["after"] == 1_000_000_004
    assert again == []
    assert Operation.objects.filter(name=retention.ERASED).count() == 1


@pytest.mark.django_db
def test_the_check_counts_what_should_be_gone_and_passes_after_the_run(shop):
    order(LIMIT - timedelta(days=1))

    found = checks.contacts_are_erased(DAY, AT)

    assert found.status == "failed"
    assert found.findings[0].title == "有 1 单的收货信息过了保存期限还没有删除"
    with connection.cursor() as cursor:
        retention.erase_contacts(cursor, "SELECT id FROM orders_order")
    assert checks.contacts_are_erased(DAY, AT).status == "passed"


@pytest.mark.django_db
def test_the_time_that_contacts_are_kept_is_a_setting(shop, settings):
    order(LIMIT + timedelta(days=100))
    assert overdue(day=DAY, now=AT).orders == 0

    settings.CONTACTS_KEPT_DAYS = 79

    assert overdue(day=DAY, now=AT).orders == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "values",
    [
        {"stage": Stage.SIGNED, "ended_at": AT},
        {"stage": Stage.SIGNED, "ended_at": None, "consigned_at": AT},
        {"stage": Stage.CANCELLED, "ended_at": None},
        {"stage": Stage.SIGNED, "ended_at": AT, "has_open_refund": True},
        {"stage": Stage.HANDED_OVER, "ended_at": None, "handed_over_at": AT},
        {"stage": Stage.APPROVED, "ended_at": None, "agreed_ship_at": AT + timedelta(days=9)},
        {
            "stage": Stage.AWAITING_PAYMENT,
            "paid_at": None,
            "created_at": None,
            "created_date": None,
            "exported_at": AT,
        },
    ],
)
def test_the_database_ends_orders_as_the_rule_does(values, shop):
    made = OrderFactory(**SIGNED | values)
    made.refresh_from_db()
    known: tuple[datetime | None, ...] = (
        made.created_at, made.paid_at, made.consigned_at, made.handed_over_at, made.picked_up_at,
        made.agreed_ship_at,
    )  # fmt: skip
    if not any(known):
        known = (made.exported_at,)

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {END_SQL} FROM orders_order o WHERE id = %s", [made.pk])
        (said,) = cursor.fetchone()

    assert said == ended_at(Life(made.stage, made.has_open_refund, made.ended_at, known))


def test_an_order_of_unknown_end_is_over_two_months_after_the_last_known_of_it():
    life = Life("handed_over", has_open_refund=False, ended_at=None, known_at=(None, AT, LIMIT))

    assert ended_at(life) == AT + ENDS_BY_ITSELF
    assert ended_at(Life("signed", has_open_refund=False, ended_at=None, known_at=(None,))) is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("state", "age_days", "period_days", "left"),
    [
        ("done", 89, 89, 1),
        ("done", 91, 91, 0),
        ("previewed", 91, 91, 0),
        ("merging", 91, 91, 1),
        ("done", 2, 241, 0),
        ("done", 2, 239, 1),
    ],
)
def test_the_encrypted_original_of_a_file_does_not_outlive_the_contacts_in_it(
    state, age_days, period_days, left, shop, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    Batch.objects.create(
        file_name="x.csv", sha256="0", size_bytes=1, source="command", state=state, exported_at=AT,
        created_at=AT - timedelta(days=age_days), period_to=AT - timedelta(days=period_days),
        stored_name="abc", preview={"created": 1, "sample": [{"key": "1"}]},
    )  # fmt: skip

    forget_files(now=AT)

    batch = Batch.objects.get()
    assert bool(batch.stored_name) == bool(left)
    assert bool(batch.preview["sample"]) == bool(left)


@pytest.mark.django_db
@pytest.mark.parametrize("where", ["errors", "refused"])
def test_rows_laid_out_in_plain_text_go_with_the_originals(where, shop, settings, tmp_path):
    settings.MEDIA_ROOT, settings.INBOX_DIR = tmp_path, tmp_path
    (tmp_path / where).mkdir()
    for name, days in (("old.csv", 91), ("young.csv", 89)):
        path = tmp_path / where / name
        path.write_text("x")
        at = (AT - timedelta(days=days)).timestamp()
        os.utime(path, (at, at))

    forget_orphans(now=AT)

    assert [path.name for path in (tmp_path / where).iterdir()] == ["young.csv"]


@pytest.mark.django_db
def test_the_checks_of_a_day_print_the_one_about_contacts(shop):
    out = StringIO()

    call_command("run_checks", "--date", DAY.isoformat(), "--json", stdout=out)

    by_code = {check["code"]: check for check in json.loads(out.getvalue())["checks"]}
    assert by_code[checks.CONTACTS]["status"] == "passed"
