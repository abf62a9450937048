"""Every text of the product has an English form, and the pages show it."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation

from shopops.checks import actions as checks
from shopops.intake import wording
from shopops.intake.models import Batch, RowError
from shopops.lib import catalogue, words
from shopops.staff.models import Role, Shop, User
from tests.clients import browser_of
from tests.factories.orders import OrderFactory
from tests.times import NOW

ROOT = Path(settings.BASE_DIR)
IDEOGRAPHS = re.compile("[\u3001-\u303f\u4e00-\u9fff\uff0c\uff1a\uff1b\uff08\uff09]+")

# Chinese in Python that is no screen text, and why. What ends in "/" is a folder.
NOT_SCREEN_TEXT = {
    "analytics/importers/": "column names and values of the platform's files",
    "analytics/rules/traffic_sources.py": "names of sources as the platform's files write them",
    "analytics/actions/importing/stats.py": "columns of a file whose sums are shown",
    "analytics/demo/": "the invented shop",
    "analytics/queries/fact_refunds.py": "the platform's words in its file of refunds",
    "analytics/views/report_addresses.py": "parts of an address as people write it",
    "shopops/checks/demo.py": "the invented shop",
    "shopops/intake/reading/above.py": "words that files write above their header",
    "shopops/checks/start_lists.py": "start rows of lists, which the shop may rewrite",
    "promotions/queries/activity_pick.py": "signs between codes that people enter",
    "promotions/queries/baskets.py": "signs between lines as the page of baskets reads them back",
    "promotions/views/activity_parts.py": "signs between lines as the page of baskets reads them back",
    "orders/importers/": "column names and values of the platform's files",
    "promotions/importers/": "column names and values of the platform's files",
    "promotions/actions/importing/": "columns of files, and what files are called",
    "promotions/actions/seller_prices.py": "column names of the platform's file",
    "promotions/actions/benefits.py": "signs between words that people enter",
    "promotions/forms/benefits.py": "signs between words that people enter",
    "promotions/forms/freight.py": "the sign between provinces",
    "promotions/views/price_parts.py": "signs between words that people enter",
    "promotions/actions/gifts.py": "the sign that keeps a value from parting a reason",
    "promotions/actions/low_price.py": "the sign that keeps a value from parting a reason",
    "promotions/checks/prices.py": "signs between parts of a sentence",
    "promotions/management/commands/demo_channels.py": "the invented shop",
    "promotions/forms/protection.py": "a label as orders show it, and signs between words that people enter",
    "promotions/models/freight.py": "the sign between provinces",
    "promotions/rules/freight.py": "names of provinces, as files write them",
    "promotions/rules/protection.py": "labels as the platform writes them on orders",
    "promotions/rules/page_text.py": "words that shop pages write",
    "promotions/rules/price_rule_rows.py": "start rows with their sources, which the shop may rewrite",
    "products/importers/": "column names and values of the platform's files",
    "products/demo/": "the invented shop",
    "promotions/demo/": "the invented shop",
    "crm/demo/": "the invented shop",
    "analytics/management/commands/demo_bill.py": "the invented shop",
    "crm/importers/": "column names and values of files",
    "crm/actions/asking.py": "columns, signs and senders of chat exports",
    "crm/actions/importing/agent_days.py": "columns of a file whose sums are shown",
    "crm/actions/preparing.py": "the sign between stored names of variables",
    "crm/actions/reviews/following.py": "the sign between a buyer's two texts",
    "crm/forms/customers.py": "signs between figures that people enter",
    "crm/forms/segments.py": "signs between words that people enter",
    "crm/models/campaign.py": "the start value of words to buyers, who read Chinese",
    "crm/queries/segments.py": "names of provinces, as files write them",
    "crm/queries/service.py": "names of variables as answers to buyers hold them",
    "crm/rules/answers.py": "names of variables in answers; words that buyers write",
    "crm/rules/conditions.py": "signs between words and figures that people enter",
    "crm/rules/habits.py": "words of sizes, as lines of orders write them",
    "crm/rules/messages.py": "words that buyers answer; signs of messages",
    "crm/rules/topics.py": "words that buyers write",
    "crm/rules/training.py": "signs of sheets that people write",
    "crm/views/campaign_form.py": "an invented buyer, to count letters with",
    "promotions/rules/festivals.py": "names and notes of festivals as their rows keep them",
    "products/actions/count_file.py": "the column of a file",
    "products/actions/counts.py": "signs between words that people enter",
    "products/rules/stock.py": "signs between figures that people enter",
    "orders/goods.py": "the sign that keeps a value from parting a reason",
    "orders/actions/demo_goods.py": "the invented shop",
    "products/actions/exports.py": "columns of a file",
    "products/actions/plan_export.py": "columns of a file",
    "products/actions/template_file.py": "a file's words as the platform writes them",
    "products/actions/importing/merging.py": "columns of a file whose sums are shown",
    "products/views/product_parts.py": "signs between parts of a sentence",
    "orders/rules/platform_texts.py": "the platform's words, read from its files",
    "orders/demo/": "the invented shop",
    "orders/rules/bill_words.py": "words of bills",
    "orders/rules/praise_words.py": "words that people write",
    "orders/rules/audit_parameters.py": "words that buyers write",
    "orders/rules/tell_words.py": "words to buyers, who read Chinese, and what may not be said to them",
    "orders/rules/audit.py": "the sign that keeps a value from parting a reason",
    "orders/forms/audit.py": "signs between words that people enter",
    "orders/management/commands/demo_shop.py": "the invented shop",
    "orders/actions/courier_start.py": "names of carriers and provinces, as files write them",
    "orders/actions/demo_couriers.py": "the invented shop",
    "orders/actions/demo_cases.py": "the invented shop",
    "orders/actions/demo_warehouse.py": "the invented shop",
    "orders/queries/warehouse/goods.py": "signs in the platform's words for a specification",
    "orders/views/warehouse/packing.py": "columns of a file",
    "orders/actions/demo_day.py": "the invented shop",
    "orders/actions/label_exports.py": "columns of files, named as the platform names them",
    "orders/actions/importing/trace_list.py": "columns and reasons of a file; worded by STORED",
    "orders/actions/importing/waybill_list.py": "the column of a file",
    "orders/rules/couriers.py": "parts of carriers' names; the sign that parts a reason",
    "orders/rules/waybills.py": "words before a number",
    "orders/forms/couriers.py": "signs between codes that people enter",
    "orders/views/courier_score.py": "columns of a file",
    "orders/actions/exports.py": "columns of a file, named as the platform names them",
    "orders/actions/importing/bill.py": "columns of a file whose sums are shown",
    "orders/actions/importing/item_list.py": "columns of a file whose sums are shown",
    "orders/actions/importing/order_list.py": "columns of a file whose sums are shown",
    "orders/actions/importing/refund_list.py": "columns of a file whose sums are shown",
    "orders/views/cutoff_parts.py": "signs cut from the end of a stored note",
    "orders/rules/faults.py": "words that buyers write",
    "products/forms/fields.py": "signs between words that people enter",
    "products/importers/pasted.py": "words and signs of tables that people paste",
    "products/queries/material.py": "the name of an attribute",
    "products/rules/listing.py": "words of detail pages; signs between attributes",
    "products/rules/parameters.py": "start values that a shop edits, and their sources",
    "products/rules/prices.py": "names of seasons as shops write them",
    "products/rules/titles.py": "signs of titles",
    "products/rules/words.py": "the word list that a shop edits, and its source",
    "products/views/competitors.py": "columns of a table that people paste",
    "products/views/prices_bulk.py": "columns of a table that people paste",
    "products/views/ranks.py": "columns of a table that people paste",
    "shopops/intake/error_file.py": "the column of a file by which it is known when it comes back",
    "shopops/intake/shops.py": "a sign between names from files",
    "shopops/intake/wording.py": "the sign that is translated",
    "shopops/lib/catalogue.py": "names of languages; the pattern of Chinese",
    "shopops/lib/exports.py": "signs that spreadsheets take for formulas",
    "shopops/lib/money.py": "the unit as files write it",
    "shopops/lib/templatetags/shop.py": "the sign of ten thousand; the pattern of Chinese",
    "shopops/lib/words.py": "signs of stored sentences; the pattern of Chinese",
    "shopops/settings.py": "the name of the language",
    "shopops/staff/masking.py": "parts of addresses",
}
# Modules that know no Django: each of their sentences must be one that the screens know.
PURE = (
    "orders/rules/rulebook.py",
    "shopops/intake/cells.py",
    "shopops/intake/reading/blocks.py",
    "shopops/intake/reading/lines.py",
    "shopops/intake/reading/reader.py",
    "shopops/intake/reading/sniff.py",
    "shopops/intake/reading/wide_text.py",
    "shopops/intake/sheet.py",
)
# Patterns, signs, names of provinces and words of files in those modules.
PURE_BUT_NO_SENTENCE = re.compile(
    r"[\\\[\ufeff]|^[、；]$|^\{\}；\{\}$|^other_sheets\||^(北京|上海|天津|重庆)市?$|^(合计|总计|汇总)$"
)
HEADINGS = ("错误原因",)


@pytest.fixture(scope="module")
def texts() -> catalogue.Texts:
    return catalogue.texts_of(ROOT)


def test_every_text_has_an_english_form_with_the_same_placeholders(texts):
    english = catalogue.read(catalogue.po_path(ROOT))

    assert len(texts.places) > 1000
    assert catalogue.faults(english, texts.places) == []


def test_the_catalogue_holds_no_text_that_is_gone_and_none_in_doubt(texts):
    english = catalogue.read(catalogue.po_path(ROOT))

    known = {(text.msgid, text.context) for text in texts.places}
    held = {
        (one.id if isinstance(one.id, str) else one.id[0], one.context or "") for one in english
    }
    assert held - known - {("", "")} == set()
    assert not [one.id for one in english if one.id and one.fuzzy]


def test_the_judge_of_the_catalogue_sees_what_is_wrong():
    wrong = catalogue.read(catalogue.po_path(ROOT))
    texts = [catalogue.Text(msgid) for msgid in ("未知", "%(n)d 单", "店铺", "没有这一页")]
    wrong["未知"].string = ""
    wrong["%(n)d 单"].string = "%(m)d orders"
    wrong["店铺"].flags.add("fuzzy")
    wrong["没有这一页"].string = "没有 page"

    assert catalogue.faults(wrong, texts) == [
        "other placeholders: %(n)d 单",
        "fuzzy: 店铺",
        "missing: 未知",
        "not English: 没有这一页",
    ]


def test_no_chinese_in_python_reaches_a_screen_unmarked():
    found = [
        one
        for path in catalogue.python_files(ROOT)
        for one in catalogue.unmarked_of(path, root=ROOT)
        if one.path not in PURE and not any(_covers(place, one.path) for place in NOT_SCREEN_TEXT)
    ]

    assert found == []


def _covers(place: str, path: str) -> bool:
    return path.startswith(place) if place.endswith("/") else path == place


def test_nothing_is_excused_without_need():
    paths = {
        one.path
        for path in catalogue.python_files(ROOT)
        for one in catalogue.unmarked_of(path, root=ROOT)
    }

    excused = [*NOT_SCREEN_TEXT, *PURE]
    assert [place for place in excused if not any(_covers(place, one) for one in paths)] == []


def test_no_chinese_in_templates_stands_outside_translation_tags():
    found = [
        one
        for path in sorted((ROOT / "templates").rglob("*.html"))
        for one in catalogue.unmarked_in_template(path, root=ROOT)
        if one.text != "中文"  # the language's own name
    ]

    assert found == []


def test_no_script_speaks_chinese_of_its_own():
    scripts = sorted((ROOT / "shopops/static/shopops").glob("*.js"))

    spoken = {
        (script.name, word)
        for script in scripts
        for word in IDEOGRAPHS.findall(re.sub(r"/\*.*?\*/", "", script.read_text(), flags=re.S))
    }
    assert spoken == {("charts.js", "万")}  # only where the page is Chinese


def test_what_pure_modules_say_is_known_to_the_screens():
    unknown = []
    with translation.override("en"):
        for name in PURE:
            for one in catalogue.unmarked_of(ROOT / name, root=ROOT):
                if PURE_BUT_NO_SENTENCE.search(one.text):
                    continue
                said = re.sub(r"\{\}", "7", one.text)
                if catalogue.CHINESE.search(words.stored(said)):
                    unknown.append((one.path, one.text))

    assert unknown == []


# --- stored texts --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("店长", "Manager"),
        ("夜班店长", "夜班店长"),
        ("应当在 0 到 99 之间", "should be between 0 and 99"),
        ("订单编号应当全是数字", "订单编号 must be all digits"),
        ("正在读取", "Reading"),
        (
            "有 3 天的数字等了一个多小时还没重算",
            "3 days have waited over an hour to be recomputed",
        ),
        ("工作进程中断（第 2 次），已由另一个进程接手。", None),
        ("失效日未记；轨迹违规后 5 天仍未收到货", None),
        ("ValueError: 店长", "ValueError: 店长"),
        ("", ""),
    ],
)
def test_a_stored_text_is_shown_in_the_readers_language(stored, shown):
    with translation.override("en"):
        english = words.stored(stored)
    with translation.override("zh-hans"):
        chinese = words.stored(stored)

    assert chinese == stored
    if shown is None:
        assert not catalogue.CHINESE.search(english)
    else:
        assert english == shown


def test_names_inside_a_stored_text_are_translated_where_they_are_ours():
    text = "退款文件没来，2026-09-16 还没有数据"

    with translation.override("en"):
        assert words.stored(text, names=True).startswith("The Refunds file did not come")
        assert words.stored(text).startswith("The 退款 file did not come")


def test_every_reason_of_a_refusal_has_words():
    with translation.override("en"):
        reason = wording.refusal_text("missing_columns|订单报表|总金额、订单状态")

    assert reason.startswith("This is the Order report, but columns are missing: ")
    assert "、" not in reason


def test_a_role_that_was_renamed_keeps_its_name_and_a_start_role_is_translated(db):
    role = Role.objects.get(code="manager")

    with translation.override("en"):
        assert str(role) == "Manager"
        role.name = "值班经理"
        assert str(role) == "值班经理"


# --- pages ---------------------------------------------------------------------------------------

PAGES = (
    ("morning", []),
    ("orders:queue", ["all"]),
    ("orders:cutoff", []),
    ("intake:imports", []),
    ("work:runs", []),
    ("staff:people", []),
    ("staff:roles", []),
    ("staff:log", []),
    ("staff:me", []),
    ("staff:shop", []),
    ("search", []),
)


def chinese_in(answer: Any, data: list[str]) -> list[str]:
    """Give the Chinese of a page, its attributes and its chart data, without the shop's own data."""
    page = re.sub(r"\\u([0-9A-Fa-f]{4})", lambda one: chr(int(one[1], 16)), answer.content.decode())
    page = re.sub(r"<!--.*?-->|/\*.*?\*/", "", page, flags=re.S)
    for text in sorted(["中文", "简体中文", *data], key=len, reverse=True):
        page = page.replace(text, "")
    return [page[max(0, m.start() - 60) : m.end() + 20] for m in IDEOGRAPHS.finditer(page)]


@pytest.fixture
def in_english(administrator: User, shop: Shop) -> Client:
    client = browser_of(administrator)
    client.post(reverse("set_language"), {"language": "en", "next": "/"})
    return client


@pytest.fixture
def data(administrator: User, shop: Shop) -> list[str]:
    order = OrderFactory(
        paid_at=NOW - timedelta(days=2),
        created_at=NOW - timedelta(days=2),
    )
    checks.run_checks(day=NOW.date(), now=NOW)
    texts = [administrator.name, administrator.name[-1], shop.name, shop.name[:1], order.buyer.nick]
    return [*texts, order.title, order.receiver_province, order.receiver_city]


@pytest.mark.parametrize(("name", "arguments"), PAGES, ids=[name for name, _ in PAGES])
def test_a_page_switched_to_english_shows_no_chinese(in_english, data, name, arguments):
    answer = in_english.get(reverse(name, args=arguments))

    assert answer.status_code == 200
    assert 'lang="en"' in answer.content.decode()
    assert chinese_in(answer, data) == []


def test_the_page_of_an_order_is_in_english(in_english, data, shop):
    order = OrderFactory(paid_at=NOW, created_at=NOW)

    answer = in_english.get(reverse("orders:order", args=[order.tid]))

    assert chinese_in(answer, [*data, order.buyer.nick, order.title, order.receiver_name]) == []


def test_the_page_of_a_batch_tells_its_faults_in_english(in_english, data, administrator):
    batch = Batch.objects.create(
        file_name="orders.csv",
        sha256="0" * 64,
        size_bytes=1,
        source="upload",
        state="previewed",
        kind="orders",
        exported_at=NOW,
        created_at=NOW,
        rejected_count=1,
    )
    reason = "应当在 0 到 99 之间"
    RowError.objects.create(batch=batch, line=2, column="宝贝总数量", value="x", reason=reason)

    answer = in_english.get(reverse("intake:batch", args=[batch.pk]))

    assert "should be between 0 and 99" in answer.content.decode()
    assert chinese_in(answer, [*data, "宝贝总数量"]) == []


def test_the_sign_in_page_is_in_english_once_somebody_switched(client, administrator, shop):
    client.post(reverse("set_language"), {"language": "en", "next": "/"})

    answer = client.get(reverse("account_login"))

    assert chinese_in(answer, [shop.name, shop.name[:1]]) == []
    assert "Sign in" in answer.content.decode()


def test_chinese_shows_our_texts_as_they_are_and_djangos_own_in_chinese():
    with translation.override("zh-hans"):
        assert translation.gettext("今天必须处理") == "今天必须处理"
        assert translation.gettext("This field is required.") == "该字段是必填项。"


def test_a_reader_of_another_language_gets_chinese(client, administrator):
    answer = client.get(reverse("account_login"), HTTP_ACCEPT_LANGUAGE="fr")

    assert "登录" in answer.content.decode()


def test_the_compiled_catalogue_is_the_written_one():
    with catalogue.po_path(ROOT).open("rb") as file:
        written = read_po(file, locale="en")

    with translation.override("en"):
        stale = [
            one.id
            for one in written
            if isinstance(one.id, str) and one.id and not one.context
            if translation.gettext(one.id) != one.string
        ]
    assert stale == []
