"""The shop itself: the first visit, signing in, languages, people, roles, cutoffs, what is closed."""

import re

from playwright.sync_api import expect

from tests.e2e.visitor import NARROW

PASSWORD = "mian-hua-shu-2026"


def test_the_first_visit_makes_the_shop_and_its_administrator(empty_visits):
    visitor = empty_visits.of(size=NARROW)
    page = visitor.open("/")

    assert not visitor.faults()
    page.fill("input[name=shop_name]", "小店")
    page.fill("input[name=name]", "林岚")
    page.fill("input[name=username]", "linlan")
    page.fill("input[name=password]", PASSWORD)
    page.fill("input[name=password_again]", PASSWORD)
    page.click("main form button[type=submit]")
    page.wait_for_url(re.compile("/accounts/login/"))
    expect(page.locator("main")).to_contain_text("店铺建好了")
    page.fill("input[name=login]", "linlan")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")

    # Whoever may manage people sets up a second factor before anything else.
    page.wait_for_url(re.compile("/2fa/"))
    assert not visitor.faults()


def test_a_wrong_password_is_refused_in_words(visits):
    visitor = visits.of()
    page = visitor.open("/accounts/login/")

    page.fill("input[name=login]", "man")
    page.fill("input[name=password]", "not-the-password")
    page.press("input[name=password]", "Enter")

    expect(page.locator("[role=alert]").first).to_be_visible()
    assert "/accounts/login/" in page.url


def test_the_language_can_be_switched_and_switched_back(visits):
    visitor = visits.of("he")
    page = visitor.open("/orders/all/")

    page.click("details.so-person summary")
    page.click("details.so-person button:has-text('English')")
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.click("details.so-person summary")
    page.click("details.so-person button:has-text('中文')")

    expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
    assert not visitor.faults()


def test_another_cutoff_is_tried_and_saved_with_the_orders_it_moves(visits):
    visitor = visits.of("ning")
    page = visitor.open("/settings/cutoff/")

    page.focus("[data-what-if]")
    with page.expect_response("**/what-if/"):
        page.keyboard.press("ArrowRight")
    expect(page.locator("#what-if")).to_contain_text("当天发出")
    assert not visitor.faults()
    page.fill("[data-cutoff-time] >> nth=5", "15:00")
    page.click("[data-save] button[type=submit]")
    expect(page.locator("[data-save]")).to_contain_text(
        re.compile(r"保存会重算 [\d,]+ 张未完结订单")
    )
    assert not visitor.faults()
    page.click("[data-save] button.btn-primary")

    page.wait_for_load_state()
    expect(page.locator("[data-cutoff-time] >> nth=5")).to_have_value("15:00")


def test_a_page_that_is_not_mine_says_so_in_our_look(visits):
    visitor = visits.of("wu")
    visitor.expected_statuses = {403}

    page = visitor.open("/people/")

    expect(page.locator("h1, h2").first).to_have_text("没有这项权限")
    expect(page.locator("main a.btn")).to_be_visible()
    assert not visitor.faults()


def test_a_new_person_is_invited_and_comes_in_by_the_link(visits):
    boss = visits.of("admin")
    page = boss.open("/people/")

    page.click('[data-dlg="invite"]')
    page.fill("#invite input[name=name]", "小新")
    page.fill("#invite input[name=username]", "xiaoxin")
    page.check("#invite label:has-text('仓库主管')")
    page.click("#invite button[type=submit]")
    link = page.locator(".so-note--us .mono").inner_text()
    assert not boss.faults()
    guest = visits.of()
    guest.page.goto(link)
    assert not guest.faults()
    guest.page.fill("input[name=password]", PASSWORD)
    guest.page.fill("input[name=password_again]", PASSWORD)
    guest.page.click("main form button[type=submit]")
    guest.sign_in("xiaoxin", PASSWORD)

    expect(guest.page.locator("#nav")).to_contain_text("订单")
    boss.open("/roles/")
    expect(page.locator("main table thead")).to_contain_text("仓库主管")
    expect(page.locator("main table")).to_contain_text("要两步验证")
