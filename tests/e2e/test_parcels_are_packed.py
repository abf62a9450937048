"""The packing table in a browser: a label, a wrong piece, right ones, closing, handing over."""

import re

from playwright.sync_api import expect

from tests.e2e.packing import found, hand_over, scan, scan_all, tick_all
from tests.e2e.visitor import NARROW


def small_targets(page):
    return page.evaluate(
        "[...document.querySelectorAll('main button, main .btn, main select, main summary')]"
        ".filter((one) => one.offsetParent && one.offsetHeight < 44).map((one) => one.outerHTML)"
    )


def test_a_parcel_is_checked_by_scan_and_handed_over(visits):
    visitor = visits.of("wu")
    page = visitor.open("/warehouse/check/")
    band = page.locator("[data-band]")
    label = page.locator(".so-next li .so-tid").first
    tid = label.get_attribute("href").rstrip("/").rpartition("/")[2]

    scan(page, tid)
    expect(band).to_have_class(re.compile("so-band--done"))
    expect(page.locator("#scan")).to_be_focused()
    number = found(r"P\d{8}", page.locator(".so-pk__h"))
    waybill = page.locator(".so-pk__h p .mono").nth(1).inner_text()

    scan(page, "0000000000000")
    expect(band).to_have_class(re.compile("so-band--late"))
    expect(band).to_contain_text("不认识的条码")
    expect(page.locator("[data-got]")).to_have_text("0")
    assert not visitor.faults()

    scan_all(page)
    expect(band).to_contain_text("多一件")
    tick_all(page)
    page.click("button[name=part][value=finish]")
    expect(band).to_contain_text(f"验完 {number}")

    hand_over(visitor, number, waybill)
    visitor.open(f"/orders/o/{tid}/")
    expect(page.locator("main")).to_contain_text("已交接")


def test_a_wave_is_picked_and_a_parcel_skipped_on_a_hand_held(visits):
    visitor = visits.of("zheng", size=NARROW)
    page = visitor.open("/warehouse/pick/")
    page.locator(".so-wv__n").first.click()
    page.click("button[name=part][value=start]")
    expect(page.locator(".so-pl li").first).to_be_visible()
    assert small_targets(page) == []
    assert not visitor.faults()

    page.click("button[name=part][value=picked]")
    page.wait_for_url("**/warehouse/check/")
    label = page.locator(".so-next li:not(.is-skip) .so-tid").first
    scan(page, label.get_attribute("href").rstrip("/").rpartition("/")[2])
    band = page.locator("[data-band]")
    expect(band).to_have_class(re.compile("so-band--done"))
    assert small_targets(page) == []
    assert not visitor.faults()

    page.click('[data-dlg="skip"]')
    page.fill("#skip-r", "缺纸箱")
    page.click("#skip button[type=submit]")
    expect(band).to_contain_text("跳过了")
    expect(page.locator(".so-next .is-skip").first).to_be_visible()
