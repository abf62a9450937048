"""Files come in through the upload page: preview, commit, refusal, rejected rows, undo."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.files import break_row, order_file, waiting_tids

DONE_MS = 45_000


def upload(visitor, path):
    page = visitor.open("/imports/")
    page.set_input_files("#up-files", path)
    page.click("#upload button[type=submit]")
    page.wait_for_url(re.compile(r"/imports/\d+/$"))
    return page


def state_of(page):
    return page.locator(".so-head .so-pill").first


def write(page):
    page.locator(".so-head__acts form button.btn-primary").click()
    expect(state_of(page)).to_have_text("已完成", timeout=DONE_MS)


def test_an_order_file_is_previewed_written_and_stands_in_the_queue(visits, tmp_path):
    path = order_file(tmp_path, seed=71)
    tid = waiting_tids(path)[0]
    visitor = visits.of("ning")

    page = upload(visitor, path)
    expect(state_of(page)).to_have_text("待确认", timeout=DONE_MS)
    previewed = page.locator(".so-kpi__v").first.inner_text()
    assert not visitor.faults()
    write(page)

    assert int(previewed.replace(",", "")) > 10
    assert page.locator(".so-kpi__v").first.inner_text() == previewed
    assert not visitor.faults()
    visitor.open(f"/orders/awaiting_audit/?q={tid}")
    expect(page.locator(f'tr[data-tid="{tid}"]')).to_have_count(1)


def test_the_same_file_again_changes_nothing_and_an_undo_takes_it_back(visits, tmp_path):
    path = order_file(tmp_path, seed=72)
    tid = waiting_tids(path)[0]
    visitor = visits.of("ning")
    page = upload(visitor, path)
    expect(state_of(page)).to_have_text("待确认", timeout=DONE_MS)
    write(page)
    first = page.url

    page = upload(visitor, path)
    expect(state_of(page)).to_have_text("待确认", timeout=DONE_MS)
    again = [one.inner_text() for one in page.locator(".so-kpi__v").all()]
    visitor.page.goto(first)
    page.click('[data-dlg="undo"]')
    page.click("dialog[open] button[type=submit]")
    expect(state_of(page)).to_have_text("已撤销", timeout=DONE_MS)

    assert again[:2] == ["0", "0"]
    visitor.open(f"/search/?q={tid}")
    expect(page.locator("main")).not_to_contain_text("待审单")


def test_a_file_that_is_no_table_is_refused_in_words(visits, tmp_path):
    path = tmp_path / "ExportOrderList202609171518.csv"
    path.write_bytes("今天,卖了,多少\n1,2,3\n".encode("gbk"))
    visitor = visits.of("ning")

    page = upload(visitor, path)

    expect(state_of(page)).to_have_text("已拒绝", timeout=DONE_MS)
    expect(page.locator("main")).to_contain_text("认不出这是什么表")
    expect(page.locator("main")).to_contain_text("一行都没有写进去")
    assert not visitor.faults()


def test_a_broken_row_comes_back_in_words_and_as_a_file(visits, tmp_path):
    path = order_file(tmp_path, seed=73)
    break_row(path, column="总金额", value="一百块")
    visitor = visits.of("ning")

    page = upload(visitor, path)
    expect(state_of(page)).to_have_text("待确认", timeout=DONE_MS)
    with page.expect_download() as download:
        page.click("text=下载，改好再传")

    expect(page.locator("main")).to_contain_text("一百块")
    text = download.value.path().read_bytes().decode("gb18030")
    assert "一百块" in text
    assert len(text.strip().splitlines()) == 2
    assert not visitor.faults()


def test_a_plain_receiver_is_shown_only_for_a_reason_which_the_log_keeps(visits, tmp_path):
    path = order_file(tmp_path, seed=74, layout="old2017")
    tid = waiting_tids(path)[0]
    visitor = visits.of("ning")
    page = upload(visitor, path)
    expect(state_of(page)).to_have_text("待确认", timeout=DONE_MS)
    write(page)

    visitor.open(f"/orders/o/{tid}/")
    phone = page.locator("dl.so-kv dd.num").nth(1)
    masked = phone.inner_text()
    page.click('[data-dlg="p-reveal"]')
    page.fill("#p-reveal input[name=reason]", "快递打不通，核对号码")
    page.click("#p-reveal button[type=submit]")

    assert "*" in masked
    assert re.fullmatch(r"1\d{10}", phone.inner_text().strip("'"))
    assert not visitor.faults()
    boss = visits.of("admin")
    boss.open(f"/log/?type=order&key={tid}")
    expect(boss.page.locator("#log")).to_contain_text("快递打不通，核对号码")


@pytest.mark.parametrize("act", ["cancel", "pause"])
def test_work_that_waits_can_be_stopped_and_goes_on_when_asked(visits, site, act):
    visitor = visits.of("admin")
    page = visitor.open("/orders/held/")
    site.rest_worker()
    try:
        page.click("form[action*=export] button")
        page.wait_for_url(re.compile(r"/work/\d+/"))
        page.click(f"form[action$='/{act}/'] button")

        expect(state_of(page)).to_have_text({"cancel": "已取消", "pause": "已暂停"}[act])
        visitor.open("/work/")
        expect(page.locator("#runs")).to_contain_text("导出订单")
        assert not visitor.faults()
    finally:
        site.wake_worker()
    if act == "pause":
        page.locator("#runs tbody tr", has_text="已暂停").first.locator("td a").click()
        page.click("form[action$='/resume/'] button")
        expect(state_of(page)).to_have_text("完成", timeout=DONE_MS)
