"""What a person may ask of the shop: everything held about them, and to be forgotten."""

import csv
import io
import json
import subprocess
from datetime import datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection

from orders.actions import exports, subjects
from orders.actions.errors import OrderRefusedError
from orders.models import BlackListEntry, Buyer, Hold, Order, OrderContact, ParcelChange, Refund
from orders.queries.subjects import (
    AmbiguousSubjectError,
    UnknownSubjectError,
    find_subject,
    mentions,
)
from shopops.embedded.postgres import installation
from shopops.intake.models import RowError
from shopops.lib.business_time import SHANGHAI
from shopops.lib.sealing import blind_index, seal, unseal
from shopops.staff import operations
from shopops.staff.models import Operation
from shopops.work.models import Run
from tests.clients import browser_of
from tests.factories.orders import BuyerFactory, OrderFactory
from tests.orders.importing.headers import ORDER

AT = datetime(2026, 9, 17, 15, 18, tzinfo=SHANGHAI)
NICK, NAME, PHONE, STREET = "云上青禾小铺", "欧阳知秋", "13987650421", "桂花弄七号院三单元"
TID = "4827339102651184273"
DONE = {"订单状态": "交易成功", "物流单号 ": "YT7700", "物流公司": "圆通速递"}


def row(tid=TID, **changes):
    return ORDER | DONE | {
        "订单编号": f'="{tid}"', "买家会员名": NICK, "收货人姓名": NAME, "联系手机": PHONE,
        "收货地址 ": f"浙江省 杭州市 西湖区 {STREET}(310000)", "买家支付宝账号": "",
        "买家留言": f"请打 {PHONE} 找{NAME}", "订单备注": f"{NICK}要开票",
    } | changes  # fmt: skip


def other(**changes):
    changes = {
        "买家会员名": "别人",
        "收货人姓名": "赵一",
        "联系手机": "13511112222",
        "收货地址 ": "浙江省 杭州市 余杭区 别处(0)",
    } | changes
    return row("4827339102651184999", **changes, 买家留言="", 订单备注="")


def bring(tmp_path, rows, name="ExportOrderList1.csv"):
    path = tmp_path / name
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(key for one in rows for key in one)))
        writer.writeheader()
        writer.writerows(rows)
    out = io.StringIO()
    call_command("import_files", str(path), "--json", stdout=out)
    return json.loads(out.getvalue())["files"][0]


def command(*arguments):
    out = io.StringIO()
    status = 0
    try:
        call_command(*arguments, "--json", stdout=out, stderr=io.StringIO())
    except SystemExit as end:
        status = int(end.code or 0)
    return status, json.loads(out.getvalue())


@pytest.fixture
def own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


def dumped():
    """Give all data of the test's database as pg_dump writes it, sealed contacts opened."""
    db = connection.settings_dict
    address = [f"--host={db['HOST']}", f"--port={db['PORT']}", f"--username={db['USER']}"]
    done = subprocess.run(
        [installation() / "bin/pg_dump", "--data-only", "--schema=public", *address, db["NAME"]],
        env={"PGPASSWORD": db["PASSWORD"]}, capture_output=True, check=True,
    )  # fmt: skip
    text = done.stdout.decode()
    return text + "".join(unseal(bytes(one.sealed)).decode() for one in OrderContact.objects.all())


def leave_traces(order, person, folder):
    """Let people and files write of the person wherever words can stand; give an error file."""
    Hold.objects.create(
        order=order, kind="hand_set", owner_role="service", note=f"{NAME}说改地址", opened_at=AT,
        due_at=AT, told_words=f"打 {PHONE}", resolution=NAME, reason=f"keyword|{NAME}", closed_at=AT,
    )  # fmt: skip
    Refund.objects.create(order=order, tid=TID, refund_no="9", status="SUCCESS", explanation=NAME)
    BlackListEntry.objects.create(
        buyer=Buyer.objects.get(nick=NICK), reason=f"{NICK}爱退货", added_at=AT
    )
    operations.record(
        name="orders.order.memo_written", by=person, now=AT, object_type="order", object_key=TID,
        old={"memo": NAME, "flag": 1}, new={"memo": PHONE, "stage": "held", "waybill_no": "YT7700"},
        reason=f"{NAME}来电",
    )  # fmt: skip
    RowError.objects.create(
        batch_id=order.last_batch_id, line=9, column="订单备注", value=NICK, reason="x"
    )
    operations.record(
        name="orders.black_list.added", by=person, now=AT, object_type="buyer",
        object_key=str(order.buyer_id), reason=NICK,
    )  # fmt: skip
    errors = folder / f"files/errors/{order.last_batch_id}.csv"
    errors.parent.mkdir(exist_ok=True)
    errors.write_text(PHONE)
    ParcelChange.objects.create(
        kind="merge", risk="middle", before=[], after=[], made_at=AT, reason=f"{NAME}要的",
        consent_channel="phone", consent_words=f"{NAME}（{PHONE}）说可以",
    ).orders.set([order])  # fmt: skip
    exports.request_export(code="all", filters={"q": NICK}, reason="", by=person, now=AT)
    return errors


@pytest.mark.django_db(transaction=True)
def test_nothing_of_an_erased_person_stands_in_the_whole_database(
    shop, own_folder, tmp_path, service
):
    assert bring(tmp_path, [row(), other()])["created"] == 2
    order = Order.objects.get(tid=TID)
    bring(
        tmp_path,
        [row(订单备注=f"{NICK}又来了", 买家实际支付金额="200.00"), other()],
        "b.csv",
    )
    errors = leave_traces(order, service, tmp_path)
    money = {"total_amount", "paid_amount", "tid", "status", "receiver_province", "title"}
    kept = Order.objects.filter(tid=TID).values(*money).get()
    for text in (NICK, NAME, PHONE, STREET):
        assert text in dumped()

    status, answer = command("subject_erase", NICK, "--reason", f"{NICK}来信要求")

    after = dumped()
    assert (status, answer["orders"], answer["contacts"]) == (0, 1, 1)
    assert (answer["files"], answer["remaining"], answer["already"]) == (2, [], False)
    for text in (NICK, NAME, PHONE, STREET):
        assert text not in after
    assert "别人" in after
    assert "13511112222" in after
    assert Order.objects.filter(tid=TID).values(*money).get() == kept
    assert Order.objects.get(tid=TID).buyer.nick == answer["pseudonym"]
    assert Order.objects.get(tid=TID).shipments.get().waybill_no == "YT7700"
    assert list((tmp_path / "files/uploads").iterdir()) == []
    assert not errors.exists()
    memo = Operation.objects.get(name="orders.order.memo_written")
    assert (memo.actor, memo.old) == (service, {"memo": "***", "flag": 1})
    assert memo.new == {"memo": "***", "stage": "held", "waybill_no": "YT7700"}
    assert Operation.objects.get(name=subjects.ERASED).reason == "***来信要求"
    assert Run.objects.get(kind=exports.KIND).payload["filters"] == {"q": "***"}


@pytest.mark.django_db(transaction=True)
def test_a_later_file_brings_nothing_of_an_erased_person_back(shop, own_folder, tmp_path):
    bring(tmp_path, [row(), other()])
    subjects.erase_subject(key=TID, reason="本人要求", by=None, now=AT)
    changed = {"买家实际支付金额": "200.00", "宝贝标题 ": "新标题"}

    bring(tmp_path, [row(**changed), other(**changed)], "later.csv")

    stored = Order.objects.get(tid=TID)
    assert stored.title == "新标题"
    assert (stored.receiver_phone, stored.buyer_message, stored.seller_memo) == ("", "", "")
    assert not Buyer.objects.filter(nick=NICK).exists()
    assert not OrderContact.objects.filter(order=stored).exists()
    assert mentions([NICK, PHONE]) == []
    assert OrderContact.objects.filter(order__tid="4827339102651184999").exists()


@pytest.mark.django_db(transaction=True)
def test_a_bought_again_order_of_an_erased_person_is_a_new_beginning(shop, own_folder, tmp_path):
    bring(tmp_path, [row()])
    subjects.erase_subject(key=NICK, reason="本人要求", by=None, now=AT)

    bring(tmp_path, [row("4827339102651185555")], "later.csv")

    assert Buyer.objects.get(nick=NICK).orders.get().tid == "4827339102651185555"


@pytest.mark.django_db(transaction=True)
def test_all_that_is_held_is_exported_under_any_key_and_the_export_is_logged(
    shop, own_folder, tmp_path
):
    bring(tmp_path, [row(), other()])
    bring(tmp_path, [row("4827339102651184274", 联系手机="13600001111")], "two.csv")

    answers = [command("subject_export", key) for key in (NICK, TID, PHONE, f"+86 {PHONE}")]

    assert [status for status, _ in answers] == [0, 0, 0, 0]
    document = answers[0][1]
    assert document["person"]["nick"] == NICK
    assert [one["tid"] for one in document["orders"]] == [TID, "4827339102651184274"]
    plain = document["orders"][0]["receiver_plain"]
    assert (plain["name"], plain["phone"]) == (NAME, PHONE)
    assert STREET in plain["address"]
    assert len(document["files"]) == 2
    assert all(len(one["orders"]) == 2 for _, one in answers)
    logged = Operation.objects.filter(name=subjects.EXPORTED)
    assert logged.count() == 4
    assert not any(PHONE in f"{row.object_key}{row.new}{row.reason}" for row in logged)


@pytest.mark.django_db
def test_the_readable_file_is_for_its_owner_alone(shop, tmp_path):
    OrderFactory(tid=TID, buyer=BuyerFactory(key=NICK))
    target = tmp_path / "about.txt"

    status, _ = command("subject_export", TID, "--out", str(target))

    assert status == 0
    assert target.stat().st_mode & 0o777 == 0o600
    assert f"nick: {NICK}" in target.read_text()
    assert command("subject_export", TID, "--out", str(target))[0] == 1


@pytest.mark.django_db
def test_erasing_again_changes_nothing_and_says_so(shop):
    OrderFactory(tid=TID, buyer=BuyerFactory(key=NICK), stage="signed")
    first = subjects.erase_subject(key=NICK, reason="本人要求", by=None, now=AT)
    count = Operation.objects.count()

    for key in (NICK, TID, first.pseudonym):
        again = subjects.erase_subject(key=key, reason="再来", by=None, now=AT + timedelta(days=1))
        assert (again.pseudonym, again.already, again.orders) == (first.pseudonym, True, 0)

    assert Operation.objects.count() == count
    assert command("subject_erase", NICK)[1]["already"] is True


@pytest.mark.django_db
@pytest.mark.parametrize("key", ["nobody", "云***", "", "13900000000", "139"])
def test_who_is_not_known_is_neither_exported_nor_erased(key, shop):
    OrderFactory(tid=TID, stage="signed")

    with pytest.raises(UnknownSubjectError):
        find_subject(key)
    status, answer = command("subject_erase", key)
    assert status == 1
    assert "没有存这个人的信息" in answer["error"]


@pytest.mark.django_db
def test_a_phone_number_of_several_members_is_answered_for_none(shop):
    for nick in (NICK, "别人"):
        order = OrderFactory(buyer=BuyerFactory(key=nick), stage="signed")
        OrderContact.objects.create(order=order, sealed=seal(b"{}"), phone_index=blind_index(PHONE))

    with pytest.raises(AmbiguousSubjectError) as refused:
        subjects.erase_subject(key=PHONE, reason="本人要求", by=None, now=AT)

    assert refused.value.nicks == (NICK, "别人")
    assert Order.objects.filter(erased__isnull=False).count() == 0


@pytest.mark.django_db
def test_an_order_that_must_still_be_shipped_keeps_its_address(shop):
    OrderFactory(tid=TID, buyer=BuyerFactory(key=NICK))

    with pytest.raises(OrderRefusedError, match=TID):
        subjects.erase_subject(key=NICK, reason="本人要求", by=None, now=AT)

    assert Buyer.objects.filter(nick=NICK).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("act", [subjects.erase_subject, subjects.export_subject])
def test_nobody_is_exported_or_erased_without_a_reason(act, shop):
    OrderFactory(tid=TID, stage="signed")

    with pytest.raises(OrderRefusedError, match="理由"):
        act(key=TID, reason="  ", by=None, now=AT)

    assert not Operation.objects.filter(name__startswith="orders.subject.").exists()


@pytest.mark.django_db
def test_an_order_of_an_unknown_buyer_is_erased_alone(shop):
    OrderFactory(tid=TID, buyer=None, buyer_nick="云***", stage="signed")
    OrderFactory(buyer=None, buyer_nick="云***", stage="signed")

    erased = subjects.erase_subject(key=TID, reason="本人要求", by=None, now=AT)

    assert erased.orders == 1
    assert Order.objects.get(tid=TID).buyer_nick == erased.pseudonym
    assert Order.objects.filter(buyer_nick="云***").count() == 1


# --- the page ----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_administrator_gets_the_file_and_erases_on_the_page(
    shop, as_administrator, administrator
):
    OrderFactory(tid=TID, buyer=BuyerFactory(key=NICK), stage="signed")
    sent = {"key": TID, "reason": "本人书面要求"}

    page = as_administrator.get("/settings/personal-data/")
    file = as_administrator.post("/settings/personal-data/export/", sent)
    unsure = as_administrator.post("/settings/personal-data/erase/", sent)
    assert unsure.status_code == 422
    assert Buyer.objects.filter(nick=NICK).exists()
    sent["sure"] = "on"
    erased = as_administrator.post("/settings/personal-data/erase/", sent, follow=True)
    again = as_administrator.post("/settings/personal-data/erase/", sent, follow=True)

    assert page.status_code == 200
    assert file["Content-Disposition"].startswith("attachment")
    assert NICK in file.content.decode()
    assert "no-store" in file["Cache-Control"]
    assert "删除了：1 单的个人信息" in erased.content.decode()
    assert "以前已经删除" in again.content.decode()
    by = Operation.objects.filter(name__startswith="orders.subject.").values_list(
        "actor", flat=True
    )
    assert list(by) == [administrator.pk, administrator.pk]


@pytest.mark.django_db
@pytest.mark.parametrize("act", ["export", "erase"])
def test_both_acts_want_a_fresh_proof_of_who_asks(act, shop, administrator):
    OrderFactory(tid=TID, buyer=BuyerFactory(key=NICK), stage="signed")
    stale = browser_of(administrator, proved_seconds_ago=3600)

    response = stale.post(f"/settings/personal-data/{act}/", {"key": TID, "reason": "x"})

    assert response.status_code == 302
    assert "reauthenticate" in response["Location"]
    assert Buyer.objects.filter(nick=NICK).exists()
    assert not Operation.objects.filter(name__startswith="orders.subject.").exists()


@pytest.mark.django_db
def test_the_page_says_why_nobody_was_found(shop, as_administrator):
    response = as_administrator.post(
        "/settings/personal-data/export/", {"key": "nobody", "reason": "x"}
    )

    assert response.status_code == 422
    assert "没有存这个人的信息" in response.content.decode()


@pytest.mark.django_db
def test_a_contact_whose_key_is_lost_stops_no_answer(shop, settings):
    order = OrderFactory(tid=TID, stage="signed")
    OrderContact.objects.create(order=order, sealed=seal(b'{"name": "x"}'))
    settings.FIELD_KEYS = "9:" + "A" * 43 + "="

    document = subjects.export_subject(key=TID, reason="本人要求", by=None, now=AT)

    assert document["orders"][0]["receiver_plain"] == {}
