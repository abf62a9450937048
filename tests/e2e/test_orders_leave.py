"""The day's work in the queues: filters, keys, drawer, bulk, holds, hand-over, two at once."""

import re

from playwright.sync_api import expect

from tests.e2e.visitor import NARROW


def rows(page):
    return page.locator(".so-q tbody tr[data-tid]")


def tids(page):
    return [row.get_attribute("data-tid") for row in rows(page).all()]


def open_one_that_travels_alone(visitor):
    """Open an order to audit that shares no parcel: a merged one stays while the other is held.

    The last of the queue: the first ones want what the shelf has run out of, nobody may approve them.
    """
    for tid in reversed(tids(visitor.open("/orders/awaiting_audit/"))[:-3]):
        page = visitor.open(f"/orders/o/{tid}/")
        if "合单" not in page.locator(".so-tl").inner_text():
            return
    raise AssertionError("every order to audit is merged")


def test_the_morning_page_shows_yesterday_and_what_must_leave(visits):
    visitor = visits.of("ning")

    page = visitor.open("/morning/")

    expect(page.locator("main")).to_contain_text("9月17日 周四")
    expect(page.locator("main")).to_contain_text("昨日指 9月16日")
    expect(page.locator(".so-kpi").first).to_contain_text("¥")
    expect(page.locator(".so-cut").first).to_contain_text("16:00")
    assert not visitor.faults()


def test_a_condition_is_a_chip_that_can_be_taken_off(visits):
    visitor = visits.of("ning")
    page = visitor.open("/orders/held/")
    before = len(tids(page))

    page.click(".so-chip--add")
    page.select_option("select[name=kind]", "stock_short")
    page.click(".so-menu__f button[type=submit]")
    expect(page.locator(".so-filt .so-chip", has_text="缺货")).to_be_visible()
    narrowed = len(tids(page))
    assert not visitor.faults()
    page.click(".so-filt .so-chip a")
    page.wait_for_load_state()

    assert 0 < narrowed < before
    assert len(tids(page)) == before


def test_pages_follow_one_another_by_key_without_a_jump(visits):
    visitor = visits.of("ning")
    page = visitor.open("/orders/all/")
    first = tids(page)

    page.click("a[rel=next]")
    page.wait_for_url(re.compile("after="))
    expect(page.locator("a[rel=prev]")).to_be_visible()
    second = tids(page)
    page.click("a[rel=prev]")
    page.wait_for_url(re.compile("before="))
    expect(rows(page).first).to_have_attribute("data-tid", first[0])

    assert not set(first) & set(second)
    assert tids(page) == first
    assert not visitor.faults()


def test_the_keyboard_walks_selects_opens_and_closes(visits):
    visitor = visits.of("ning")
    page = visitor.open("/orders/due_today/")
    wanted = tids(page)[1]

    for key in ("j", "j", "x"):
        page.keyboard.press(key)
    expect(page.locator("#bulk [data-bulk-n]")).to_have_text("1")
    page.keyboard.press("k")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#d-id")).to_have_text(wanted)
    assert f"open={wanted}" in page.url
    assert not visitor.faults()
    page.keyboard.press("Escape")

    expect(page.locator("#drawer")).to_be_hidden()
    assert "open=" not in page.url
    page.go_back()
    expect(page.locator("#d-id")).to_have_text(wanted)
    page.reload()
    expect(page.locator("#d-id")).to_have_text(wanted)


def test_several_are_approved_at_once_with_a_result_for_each(visits):
    visitor = visits.of("cen")
    page = visitor.open("/orders/awaiting_audit/")
    chosen = tids(page)[-3:]

    for tid in chosen:
        page.check(f'input[name=tid][value="{tid}"]')
    page.click("#bulk button[data-main]")
    page.wait_for_url("**/orders/bulk/")

    expect(page.locator("main tbody tr")).to_have_count(3)
    expect(page.locator("main tbody .so-tag--done")).to_have_count(3)
    assert not visitor.faults()
    visitor.open(f"/orders/o/{chosen[0]}/")
    expect(page.locator("main")).to_contain_text("已通过")


def test_an_order_is_held_the_buyer_told_the_hold_ended_and_the_parcel_handed_over(visits):
    visitor = visits.of("cen")
    open_one_that_travels_alone(visitor)
    page = visitor.page

    page.click(".so-obj__a summary")
    page.click('.so-obj__a [data-dlg="act-hold"]')
    page.select_option("#act-hold select[name=kind]", "stock_short")
    page.fill("#act-hold input[name=note]", "差 1 件")
    page.click("#act-hold button[type=submit]")
    expect(page.locator(".so-why")).to_contain_text("缺货")
    page.click('[data-dlg="act-tell"]')
    page.fill("#act-tell textarea[name=words]", "亲，后天到货")
    page.click("#act-tell button[type=submit]")
    page.click('[data-dlg="act-close_hold"]')
    page.fill("#act-close_hold input[name=resolution]", "到货了")
    page.click("#act-close_hold button[type=submit]")
    page.click('[data-dlg="act-approve"]')
    page.click("#act-approve button[type=submit]")
    page.click('[data-dlg="act-hand_over"]')
    page.fill("#act-hand_over input[name=carrier]", "中通快递")
    page.fill("#act-hand_over input[name=waybill_no]", "78123450099001")
    page.click("#act-hand_over button[type=submit]")

    expect(page.locator("main")).to_contain_text("78123450099001")
    expect(page.locator(".so-tl")).to_contain_text("登记交接")
    expect(page.locator(".so-tl")).to_contain_text("亲，后天到货")
    assert not visitor.faults()


def test_who_comes_second_sees_both_versions_and_loses_nothing(visits):
    slow, quick = visits.of("ning"), visits.of("cen")
    tid = tids(slow.open("/orders/held/"))[-1]
    slow.open(f"/orders/o/{tid}/")
    quick.open(f"/orders/o/{tid}/")

    for visitor, words in ((quick, "小岑先写的"), (slow, "阿宁后写的")):
        page = visitor.page
        visitor.expected_statuses = {409}
        page.click(".so-obj__a summary")
        page.click('.so-obj__a [data-dlg="act-memo"]')
        page.fill("#act-memo textarea[name=text]", words)
        page.click("#act-memo button[type=submit]")

    expect(slow.page.locator("h1")).to_have_text("有人先改过")
    expect(slow.page.locator("main")).to_contain_text("小岑先写的")
    expect(slow.page.locator("main")).to_contain_text("阿宁后写的")
    assert not slow.faults()
    slow.page.click("text=用我的盖过去")
    expect(slow.page.locator("main")).to_contain_text("阿宁后写的")


def test_the_warehouse_hands_an_order_over_on_a_hand_held(visits):
    visitor = visits.of("wu", size=NARROW)
    page = visitor.open("/orders/approved/")
    tid = tids(page)[0]

    page.locator(f'tr[data-tid="{tid}"] .so-tid').click()
    page.click('#drawer [data-dlg="act-hand_over"]')
    page.fill("#act-hand_over input[name=carrier]", "中通快递")
    page.fill("#act-hand_over input[name=waybill_no]", "78123450099002")
    small = page.evaluate(
        "[...document.querySelectorAll('#drawer button, #drawer .btn')]"
        ".filter((one) => one.offsetParent && one.offsetHeight < 44).map((one) => one.outerHTML)"
    )
    page.click("#act-hand_over button[type=submit]")

    expect(page.locator("main")).to_contain_text("78123450099002")
    assert small == []
    assert not visitor.faults()
