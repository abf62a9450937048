"""One morning from audit to hand-over, each step by whose work it is."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.packing import barcodes, found, hand_over, scan, scan_all, tick_all
from tests.e2e.test_orders_leave import tids


def late_count(page):
    """Give how many orders the morning page calls late."""
    text = page.locator("[aria-labelledby=h-late] .so-card__h").inner_text()
    found = re.search(r"([\d,]+) 单已超时", text)
    return int(found[1].replace(",", "")) if found else 0


def audit_now(visitor):
    """Ask for an audit, and wait for what it did."""
    page = visitor.open("/settings/audit/")
    page.get_by_role("button", name="现在审一遍").click()
    done = page.locator("[aria-labelledby=h-s] .so-card__b p.num")
    expect(done).to_contain_text("看了", timeout=30_000)
    return [int(n) for n in re.findall(r"(?:通过|新挂起) (\d+)", done.inner_text())]


def tell_and_close(visitor, tid, words):
    """Tell the buyer of a held order, end its hold; it waits for audit again."""
    page = visitor.open(f"/orders/o/{tid}/")
    dialog = page.locator('[data-dlg="act-tell"]').first
    if not dialog.is_visible():
        page.click(".so-obj__a summary")
    dialog.click()
    page.fill("#act-tell textarea[name=words]", words)
    page.select_option("#act-tell select[name=answer]", "wait")
    page.click("#act-tell button[type=submit]")
    expect(page.locator(".so-tl")).to_contain_text(words)
    page.locator('[data-dlg="act-close_hold"]').first.click()
    page.fill("#act-close_hold input[name=resolution]", "到货了，今天能发")
    page.click("#act-close_hold button[type=submit]")
    expect(page.locator(".so-tl")).to_contain_text("到货了，今天能发")


def settle(visitor, problems):
    """Settle what audit says against orders, one cause after the other, until they have passed."""
    left = list(problems)
    for day in ("今天", "今天下午", "今晚"):
        for number, tid in enumerate(left, start=1):
            tell_and_close(visitor, tid, f"亲，第{number}单{day}给您发出，久等了")
        audit_now(visitor)
        passed = tids(visitor.open("/orders/past_due/?stage=approved"))
        left = [tid for tid in left if tid not in passed]
        if not left:
            return
    raise AssertionError(f"still held: {left}")


def wave_of(visitor, tid):
    page = visitor.open(f"/orders/o/{tid}/")
    return found(r"W\d{4}-\d{2,}", page.locator("main"))


def label(visitor, tid, number):
    """Put a waybill on the parcel of an order; give the carrier that the shop's rules chose."""
    page = visitor.open(f"/orders/o/{tid}/")
    parcel = page.locator(".so-sec li", has_text=number).first
    carrier = parcel.locator("b").nth(1).inner_text()
    page.click(".so-obj__a summary")
    page.click('.so-obj__a [data-dlg="act-label"]')
    page.fill("#act-label input[name=waybill_no]", "78" + tid[-12:])
    page.click("#act-label button[type=submit]")
    expect(page.locator(".so-sec li", has_text=number).first).to_contain_text("78" + tid[-12:])
    return carrier


def merge_first_group(visitor):
    """Merge the first two orders that could travel together."""
    page = visitor.open("/orders/merge/")
    group = page.locator("main form .card").first
    tid = group.locator(".so-tid").first.get_attribute("href").rstrip("/").rpartition("/")[2]
    group.locator("input[name=group]").check()
    page.get_by_role("button", name="合并勾选的组").click()
    page.wait_for_load_state()
    expect(visitor.open(f"/orders/o/{tid}/").locator(".so-tl")).to_contain_text("合单")


def pick_wave_with(visitor, tid):
    """Build waves of what must leave today, and pick the one that an order is in."""
    page = visitor.open("/warehouse/waves/")
    page.get_by_role("button", name="建波次").click()
    expect(page.locator("body")).to_contain_text(re.compile(r"建了 \d+ 个波次"))
    number = wave_of(visitor, tid)
    visitor.open("/warehouse/pick/").locator(".so-wv__n", has_text=number).click()
    page.click("button[name=part][value=start]")
    page.click("button[name=part][value=picked]")
    page.wait_for_url("**/warehouse/check/")


def check_by_scan(visitor, tid):
    """Check a parcel; a piece that does not belong in is refused and not counted. Give its number."""
    page = visitor.page
    scan(page, tid)
    band = page.locator("[data-band]")
    expect(band).to_have_class(re.compile("so-band--done"))
    parcel = found(r"P\d{8}", page.locator(".so-pk__h"))
    inside = {code for code, _need in barcodes(page)}
    scan(page, next(code for code in ("6948273000003", "6948273000010") if code not in inside))
    expect(band).to_have_class(re.compile("so-band--late"))
    expect(band).to_contain_text("不在这单里")
    expect(page.locator("[data-got]")).to_have_text("0")
    scan_all(page)
    tick_all(page)
    page.click("button[name=part][value=finish]")
    expect(band).to_contain_text(f"验完 {parcel}")
    return parcel


def wait_for_late_count(visitor, count):
    page = visitor.open("/morning/")
    for _try in range(60):  # the figures follow within the half minute
        if late_count(page) == count:
            return
        page.wait_for_timeout(500)
        page.reload()
    assert late_count(page) == count


@pytest.mark.timeout(180, func_only=True)
def test_a_morning_from_audit_to_hand_over(quiet_visits):
    visits = quiet_visits
    manager, lead, packer = visits.of("ning"), visits.of("cen"), visits.of("wu")
    late_before = late_count(manager.open("/morning/"))
    approved, _held = audit_now(lead)
    assert approved > 0
    assert not lead.faults()

    problems = tids(lead.open("/orders/past_due/?stage=held"))[:2]
    assert len(problems) == 2
    settle(lead, problems)
    merge_first_group(lead)

    late_tid = problems[0]
    pick_wave_with(packer, late_tid)
    parcel = check_by_scan(packer, late_tid)
    carrier = label(packer, late_tid, parcel)
    hand_over(packer, parcel, parcel, carrier)

    wait_for_late_count(manager, late_before - 1)
    expect(manager.page.locator(".so-strip [data-left]")).to_be_visible()  # 16:00 is still to come
    assert not manager.faults()
