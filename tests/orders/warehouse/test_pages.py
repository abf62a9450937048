"""The warehouse's pages and papers: with and without the page's script, safe, and readable by machines."""

import re

import pytest
from barcode.charsets.code128 import CODES
from django.urls import reverse

from orders.actions.warehouse import handing
from orders.models import PackingStandard, Parcel, Scan
from orders.views.warehouse.barcodes import modules_of
from products.models import Sku
from tests.clients import browser_of
from tests.factories.staff import PersonFactory, RoleFactory
from tests.factories.warehouse import (
    FITTED,
    PILLOW,
    TOWEL,
    approved_order,
    barcode_of,
    build,
    checked,
    on_table,
    parcel_of,
    picked,
    stock_the_shelves,
    wave_of,
)
from tests.times import NOW

pytestmark = pytest.mark.django_db
JSON = {"accept": "application/json"}


@pytest.fixture(autouse=True)
def shelves(db):
    stock_the_shelves()


@pytest.fixture(autouse=True)
def stand_still(monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)


def scan(client, code, **options):
    return client.post(reverse("orders:check_scan"), {"code": code}, **options)


def test_a_scan_answers_the_script_with_tone_words_and_the_page_s_parts(as_warehouse, warehouse):
    parcel = picked(approved_order((FITTED, 1), (PILLOW, 1)), by=warehouse)

    label = scan(as_warehouse, parcel.number, headers=JSON).json()
    wrong = scan(as_warehouse, barcode_of(TOWEL), headers=JSON).json()
    right = scan(as_warehouse, barcode_of(FITTED), headers=JSON).json()

    assert (label["tone"], label["parcel"]) == ("done", parcel.pk)
    assert (wrong["tone"], wrong["sound"], wrong["title"]) == ("late", "bad", "多一件：不在这单里")
    assert (right["sound"], "so-pk__l is-ok" in right["body"]) == ("good", True)
    assert Scan.objects.count() == 3


def test_without_the_script_the_same_scan_shows_the_page(as_warehouse, warehouse):
    parcel = picked(approved_order((FITTED, 1)), by=warehouse)

    page = scan(as_warehouse, parcel.number)

    assert page.status_code == 200
    assert "开始验" in page.text
    assert "so-band--done" in page.text
    again = as_warehouse.get(reverse("orders:check"))
    assert parcel.number in again.text  # it is still on this person's table


def test_a_scan_needs_the_token_of_the_page(warehouse):
    from django.test import Client

    client = Client(enforce_csrf_checks=True)
    client.force_login(warehouse, backend="shopops.staff.backends.SignInBackend")

    assert scan(client, "P00000001").status_code == 403
    assert not Scan.objects.exists()


def test_a_refused_act_is_said_on_the_band(as_warehouse, warehouse):
    parcel = on_table(approved_order((FITTED, 1)), by=warehouse)

    answer = as_warehouse.post(
        reverse("orders:check_act"), {"part": "finish", "parcel": parcel.pk}, headers=JSON
    ).json()

    assert (answer["tone"], answer["title"]) == ("late", "还差 1 件没扫。")


def test_the_check_page_asks_as_much_for_many_parcels_as_for_few(
    as_warehouse, warehouse, django_assert_max_num_queries
):
    for _one in range(12):
        approved_order((FITTED, 1), (PILLOW, 1))
    build()
    picked(approved_order((FITTED, 1), (PILLOW, 1)), by=warehouse)

    with django_assert_max_num_queries(40):
        as_warehouse.get(reverse("orders:check"))


def test_waves_are_built_and_walked_on_pages(as_warehouse):
    order = approved_order((FITTED, 1))
    url = reverse("orders:waves")

    as_warehouse.post(url, {"until": "all", "carrier": "*", "most": 40, "limit": 500})
    wave = wave_of(order)
    for part in ("start", "picked"):
        as_warehouse.post(reverse("orders:pick", args=[wave.pk]), {"part": part})

    assert parcel_of(order).state == "picked"
    for name in ("orders:wave", "orders:pick"):
        assert wave.number in as_warehouse.get(reverse(name, args=[wave.pk])).text


def test_the_pick_list_goes_by_bin_with_places_and_leaves_the_stopped_out(as_warehouse):
    first = approved_order((TOWEL, 2), (FITTED, 1))
    stopped = approved_order((PILLOW, 1), (TOWEL, 1))
    build()
    type(stopped).objects.filter(pk=stopped.pk).update(has_open_refund=True)

    page = as_warehouse.get(reverse("orders:pick", args=[wave_of(first).pk])).text

    assert page.index("A-01-2") < page.index("C-02-3")
    assert "A-01-4" not in page  # the refunded order's pillow is not fetched
    assert "买家正在退款" in page
    assert "放回，移出波次" in page


def test_a_list_is_signed_on_the_page_and_leads_to_its_paper(as_warehouse, warehouse):
    parcel = checked(approved_order((FITTED, 1)), by=warehouse)
    Parcel.objects.filter(pk=parcel.pk).update(carrier="中通快递", waybill_no="7548220133691")

    said = as_warehouse.post(
        reverse("orders:hand_over_scan"), {"code": "7548220133691", "carrier": ""}, headers=JSON
    ).json()
    assert (said["tone"], said["carrier"]) == ("done", "中通快递")
    sheet = Parcel.objects.get(pk=parcel.pk).sheet_id
    response = as_warehouse.post(
        reverse("orders:hand_over_act"),
        {"part": "sign", "sheet": sheet, "name": "小王", "carrier": "中通快递"},
    )

    assert response.url == reverse("orders:sheet", args=[sheet])
    assert "小王" in as_warehouse.get(response.url).text


# --- papers


def texts_of(pdf):
    """Read the Chinese texts of a PDF written by reportlab: UTF-16 strings in its streams."""
    import zlib
    from base64 import a85decode

    found = []
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            plain = zlib.decompress(a85decode(stream.strip().removesuffix(b"~>")))
        except ValueError:
            continue
        found += [
            _string(one) for one in re.findall(rb"\(((?:\\.|[^\\)])*)\) Tj", plain, re.DOTALL)
        ]
        yield plain, found
        found = []


def _string(raw):
    octal = re.sub(rb"\\([0-7]{3})", lambda one: bytes([int(one[1], 8)]), raw)
    for mark, sign in ((b"\\n", b"\n"), (b"\\r", b"\r"), (b"\\t", b"\t"), (b"\\b", b"\b")):
        octal = octal.replace(mark, sign)
    plain = re.sub(rb"\\(.)", rb"\1", octal, flags=re.DOTALL)
    try:
        return plain.decode("utf-16-be")
    except UnicodeDecodeError:
        return plain.decode("latin-1")


def words_of(pdf):
    return "".join(text for _plain, texts in texts_of(pdf) for text in texts)


def bars_of(pdf):
    """Read the first barcode: the widths of its bars and gaps, narrow ones as 1."""
    for plain, _texts in texts_of(pdf):
        rects = [
            (float(x), float(w))
            for x, _y, w, h in re.findall(rb"n ([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+) re", plain)
            if float(h) > 15
        ]
        if rects:
            # A second barcode on the page begins left of where the first ended.
            ends = [n for n in range(1, len(rects)) if rects[n][0] <= rects[n - 1][0]]
            return rects[: ends[0]] if ends else rects
    return []


def decode(rects):
    """Read Code 128 by the tables of python-barcode, which did not draw it."""
    narrow = min(width for _x, width in rects)
    modules = ""
    end = rects[0][0]
    for x, width in rects:
        modules += "0" * round((x - end) / narrow) + "1" * round(width / narrow)
        end = x + width
    symbols = [modules[place : place + 11] for place in range(0, len(modules) - 13, 11)]
    values = [CODES.index(symbol) for symbol in symbols]
    total = values[0] + sum(place * one for place, one in enumerate(values[1:-1], start=1))
    assert total % 103 == values[-1]
    return _text(values[:-1])


def _text(values):
    charset, text = {103: "A", 104: "B", 105: "C"}[values[0]], ""
    for value in values[1:]:
        if value in (99, 100) and charset != {99: "C", 100: "B"}[value]:
            charset = {99: "C", 100: "B"}[value]
        elif charset == "C":
            text += f"{value:02d}"
        else:
            text += chr(value + 32)
    return text


def test_a_packing_slip_as_pdf_says_chinese_and_its_barcode_reads_back(as_warehouse, warehouse):
    parcel = picked(approved_order((FITTED, 1), (PILLOW, 2)), by=warehouse)
    url = reverse("orders:print_pdf", args=["slip", parcel.pk])

    for size in ("", "?size=label"):
        response = as_warehouse.get(url + size)

        assert response["Content-Type"] == "application/pdf"
        words = words_of(response.content)
        assert "床笠 水洗棉" in words
        assert "共 3 件" in words
        assert "张**" in words
        assert decode(bars_of(response.content)) == parcel.number


def test_a_pick_list_and_a_hand_over_list_as_pdf_are_readable(as_warehouse, warehouse):
    order = approved_order((FITTED, 1))
    parcel = checked(order, by=warehouse)
    Parcel.objects.filter(pk=parcel.pk).update(carrier="中通快递", waybill_no="7548220133691")
    sheet = handing.scan_onto_sheet(code=parcel.number, carrier="", by=warehouse, now=NOW).sheet_id
    wave = wave_of(order)

    picks = as_warehouse.get(reverse("orders:print_pdf", args=["pick-list", wave.pk])).content
    hands = as_warehouse.get(reverse("orders:sheet_pdf", args=[sheet])).content

    assert decode(bars_of(picks)) == wave.number
    assert "A-01-2" in words_of(picks)
    assert decode(bars_of(hands)) == "7548220133691"
    assert "中通快递" in words_of(hands)


def test_the_receiver_stands_on_a_slip_only_masked_and_only_for_who_may_see_it(shop, warehouse):
    from shopops.staff.models import Role

    parcel = picked(approved_order((FITTED, 1)), by=warehouse)
    url = reverse("orders:print", args=["slip", parcel.pk])
    blind = PersonFactory(username="mang", name="盲打包")
    role = Role.objects.create(code="own_blind", name="只打包", rights=["orders.pack"])
    blind.roles.set([role])

    assert "张**" in browser_of(warehouse).get(url).text
    assert "张**" not in browser_of(blind).get(url).text


def test_print_pages_carry_barcodes_without_styles(as_warehouse, warehouse):
    parcel = picked(approved_order((FITTED, 1)), by=warehouse)
    wave = parcel.wave

    for what, pk in (("pick-list", wave.pk), ("slips", wave.pk), ("slip", parcel.pk)):
        page = as_warehouse.get(reverse("orders:print", args=[what, pk])).text
        assert '<svg class="bc"' in page
        assert "style=" not in page
    assert modules_of("P00000001").startswith("11010")


# --- settings


@pytest.fixture
def lead(shop):
    return browser_of(PersonFactory(username="zhuguan", role_codes=["warehouse_lead"]))


def paste(client, text):
    return client.post(reverse("orders:packing"), {"part": "import", "text": text})


def test_pasted_bins_are_taken_and_bad_rows_named_by_line(lead):
    response = paste(
        lead,
        "商家编码\t货位\t条码\t克重\n"
        f"{FITTED}\tD-09-1\t\t950\n"
        "NEW-1\tE-01-1\t6923410099999\t80\n"
        "NEW-2\tE-01-2\t6.92341E+12\t80\n"
        "\tE-01-3\t\t\n"
        "NEW-3\tE-01-4\t\t一斤\n",
    )

    sku = Sku.objects.get(code=FITTED)
    assert (sku.bin_code, sku.weight_grams, sku.barcode) == ("D-09-1", 950, barcode_of(FITTED))
    assert Sku.objects.filter(code="NEW-1", barcode="6923410099999").exists()
    assert not Sku.objects.filter(code__in=["NEW-2", "NEW-3"]).exists()
    assert response.status_code == 422
    for line, words in ((4, "科学计数"), (5, "没有商家编码"), (6, "克重写整数")):
        assert f"第 {line} 行" in response.text
        assert words in response.text


def test_a_barcode_of_another_sku_is_refused_by_name(lead):
    response = paste(lead, f"NEW-1,E-01-1,{barcode_of(PILLOW)},80")

    assert not Sku.objects.filter(code="NEW-1").exists()
    assert PILLOW in lead.get(response.url).text


def test_what_is_exported_can_be_taken_in_again(lead):
    sent = b"".join(lead.get(reverse("orders:packing_export")).streaming_content)
    before = list(Sku.objects.order_by("code").values_list("code", "bin_code", "version"))

    paste(lead, sent.decode("utf-8-sig"))

    assert before == list(Sku.objects.order_by("code").values_list("code", "bin_code", "version"))


def standard(client, **facts):
    return client.post(
        reverse("orders:packing"),
        {"part": "standard", "sku_code": FITTED, "steps": "袋\n盒", "material_grams": 80, **facts},
    )


def test_a_card_that_asks_for_praise_is_refused_with_the_law(lead):
    response = standard(lead, cards="好评返现卡 1 张")

    assert response.status_code == 422
    assert "反不正当竞争法" in response.text
    assert not PackingStandard.objects.exists()


def test_a_standard_is_saved_and_a_stale_one_refused(lead):
    assert standard(lead, cards="洗涤卡").status_code == 302
    stored = PackingStandard.objects.get()
    assert (stored.steps, stored.cards, stored.version) == (["袋", "盒"], ["洗涤卡"], 1)

    assert "刚被改过" in standard(lead, cards="别的卡").text
    assert standard(lead, cards="别的卡", version=1).status_code == 302
    assert PackingStandard.objects.get().version == 2


def test_only_who_may_set_the_warehouse_up_sees_it(as_warehouse):
    assert as_warehouse.get(reverse("orders:packing")).status_code == 403


def test_who_may_not_see_receivers_sees_the_buyers_name_masked_at_the_table():
    role = RoleFactory(code="packer", rights=["orders.pack"])
    person = PersonFactory(role_codes=[role.code])
    order = approved_order((FITTED, 1), buyer_nick="小鹿乱撞07")
    on_table(order, by=person)

    page = browser_of(person).get(reverse("orders:check")).text

    assert order.tid in page
    assert "小鹿乱撞07" not in page
