"""What stands around every page, and a list's own columns: the bell, the sources, the keyboard."""

import re
import time

from playwright.sync_api import expect

from tests.e2e.test_files_come_in import DONE_MS, state_of, upload


def test_a_refused_file_rings_the_bell_of_who_brought_it_until_it_is_opened(visits, tmp_path):
    path = tmp_path / "ExportOrderList202609171519.csv"
    path.write_bytes("昨天,卖了,多少\n1,2,3\n".encode("gbk"))
    visitor = visits.of("cen")
    page = upload(visitor, path)
    expect(state_of(page)).to_have_text("已拒绝", timeout=DONE_MS)
    batch = page.url

    # Others may ring meanwhile: a case that was raised, say.
    news = page.locator("#bell .so-menu__n", has_text=f"文件没有收：{path.name}").first
    # The notice is a run of its own: a shop that has just begun does a day's work before it.
    until = time.monotonic() + DONE_MS / 1000
    while time.monotonic() < until:
        visitor.open("/orders/all/")
        page.click(".so-bell summary")
        page.wait_for_timeout(500)
        if news.count():
            break
    # The bell may have heard of it after the page was made, without the number.
    visitor.open("/orders/all/")
    expect(page.locator(".so-bell .so-ic__n")).to_be_visible()
    page.click(".so-bell summary")
    expect(news).to_contain_text("未读")
    assert not visitor.faults()
    news.click()

    page.wait_for_url(batch)
    # Not by the number beside the bell: another's notice may come between page, bell and file.
    page.click(".so-bell summary")
    expect(news).to_have_class(re.compile("is-read"))
    expect(news).not_to_contain_text("未读")


def test_the_sources_stand_at_the_foot_of_the_navigation(visits):
    page = visits.of("he").open("/orders/all/")

    expect(page.locator(".so-nav__foot")).to_contain_text("订单报表")
    # Nine kinds of files, the late ones first, and how many more there are: the demo shop brings over
    # twenty, which would push the navigation about.
    expect(page.locator(".so-nav__foot > div")).to_have_count(10)
    expect(page.locator(".so-nav__foot > div").last).to_contain_text("另有")


def test_columns_are_moved_and_kept_by_keyboard_alone(visits):
    visitor = visits.of("zheng")
    page = visitor.open("/orders/all/")
    page.locator(".so-cols-a").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/orders/columns/"))

    page.locator("#down-due").focus()
    for place in (2, 3):
        page.keyboard.press("Enter")
        expect(page.locator(f".so-colpick li:nth-child({place}) #down-due")).to_be_focused()
    page.locator("input[name=shown][value=risk]").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")

    page.wait_for_url(re.compile("/orders/all/"))
    heads = page.locator(".so-q thead th")
    expect(heads.nth(3)).to_contain_text("应出")
    expect(page.locator(".so-q thead .c-risk")).to_have_count(0)
    assert not visitor.faults()
