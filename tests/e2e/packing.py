"""Hands at the packing table: scan, tick, hand over."""

import re

from playwright.sync_api import expect


def found(pattern, place):
    """Give the first text of this pattern in a place."""
    text = place.inner_text()
    match = re.search(pattern, text)
    assert match, f"no {pattern} in: {text}"
    return match[0]


def scan(page, code):
    page.fill("#scan", code)
    page.press("#scan", "Enter")


def barcodes(page):
    """Give the barcode of each line, else its code (a gift has none), with how often it belongs in."""
    rows = page.locator(".so-pk__l")
    found = []
    for row in rows.all():
        code = row.locator(".mono").last.inner_text()
        need = int(row.locator(".so-pk__n small").inner_text().removeprefix("/"))
        found.append((code, need))
    return found


def tick_all(page):
    """Tick one step after the other; each is done when it says by whom."""
    boxes = page.locator(".so-tick input[type=checkbox]:not([disabled])")
    for place in range(boxes.count()):
        boxes.nth(place).check()
        expect(page.locator(".so-tick .so-list__e")).to_have_count(place + 1)


def scan_all(page):
    """Scan every piece, and the first once more."""
    pieces = barcodes(page)
    codes = [code for code, need in pieces for _piece in range(need)]
    for done, code in enumerate(codes, start=1):
        scan(page, code)
        expect(page.locator("[data-got]")).to_have_text(str(done))
    scan(page, codes[0])


def hand_over(visitor, number, waybill, carrier="中通快递"):
    page = visitor.open("/warehouse/hand-over/")
    scan(page, waybill)
    expect(page.locator("[data-band]")).to_contain_text(number)
    page.locator(".so-cars a", has_text=carrier).click()
    expect(page.locator("main table")).to_contain_text(number)
    page.fill("#who", "快递 小陆")
    page.locator(".so-signf button[type=submit]").click()
    page.wait_for_url(re.compile(r"/warehouse/hand-over/\d+/"))
    expect(page.locator("main")).to_contain_text("快递 小陆")
