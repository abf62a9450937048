"""The imports pages, over HTTP, as people with few and many rights see them."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from shopops.intake import actions
from shopops.intake.models import Batch
from shopops.lib import vault
from shopops.work.engine import perform_inline
from shopops.work.models import Run
from tests.clients import browser, browser_of
from tests.factories.staff import PersonFactory
from tests.intake.conftest import bring_in, receive, write

pytestmark = pytest.mark.usefixtures("toys")
HEADER = "玩具编号,金额,备注\r\n"
ONE = (HEADER + "1,1,a\r\n").encode()


@pytest.fixture
def as_importer():
    person = PersonFactory(username="kefu", name="陈小满", role_codes=["service_lead"])
    return browser_of(person)


def post_files(client, *contents):
    files = [SimpleUploadedFile(f"{n}.csv", content) for n, content in enumerate(contents)]
    return client.post(reverse("intake:upload"), {"files": files})


def test_an_upload_goes_to_the_page_of_its_batch_and_is_read_by_a_run(as_importer):
    response = post_files(as_importer, ONE)

    batch = Batch.objects.get()
    assert (response.status_code, response["Location"]) == (303, f"/imports/{batch.pk}/")
    assert (batch.file_name, batch.created_by.name) == ("0.csv", "陈小满")
    assert b"".join(vault.chunks(batch.stored_name)) == ONE
    assert Run.objects.get().kind == actions.PARSE


def test_several_files_are_several_batches(as_importer):
    response = post_files(as_importer, ONE, ONE)

    assert response["Location"] == "/imports/"
    assert Batch.objects.count() == 2


def test_a_file_over_the_limit_is_refused_in_words_and_leaves_nothing(as_importer, settings):
    settings.IMPORT_CSV_MAX_MB = 1

    at_limit = post_files(as_importer, b"x" * (1 << 20))
    beyond = post_files(as_importer, b"x" * ((1 << 20) + 1))

    assert at_limit.status_code == 303
    assert beyond.status_code == 400
    assert "超过 1 MB" in beyond.content.decode()
    assert Batch.objects.count() == 1
    assert len(list((settings.MEDIA_ROOT / "uploads").iterdir())) == 1


def test_nobody_without_the_right_gets_a_byte_onto_our_disk(settings):
    stranger = browser_of(PersonFactory(username="sheji", role_codes=["designer"]))

    assert post_files(stranger, ONE).status_code == 403
    assert post_files(browser(), ONE).status_code == 302
    assert not (settings.MEDIA_ROOT / "uploads").exists()


def test_a_forged_upload_is_refused(as_importer):
    as_importer.handler.enforce_csrf_checks = True

    assert post_files(as_importer, ONE).status_code == 403
    assert not Batch.objects.exists()


def test_the_page_shows_the_preview_and_the_click_writes(as_importer):
    batch = bring_in((HEADER + "1,1,a\r\n2,viel,b\r\n").encode())

    page = as_importer.get(reverse("intake:batch", args=[batch.pk])).content.decode()
    response = as_importer.post(reverse("intake:commit", args=[batch.pk]))

    assert "写入 1 行" in page
    assert "viel" in page
    assert "不是金额" in page
    assert response.status_code == 303
    perform_inline(Run.objects.get(kind=actions.MERGE))
    assert Batch.objects.get().state == "done"


def test_a_second_click_changes_nothing_and_says_so(as_importer):
    batch = write(bring_in(ONE))

    response = as_importer.post(reverse("intake:commit", args=[batch.pk]), follow=True)

    assert "状态已经变了" in response.content.decode()


def test_progress_is_asked_for_until_the_batch_stands_still(as_importer):
    received = receive(ONE)
    url = reverse("intake:progress", args=[received.batch.pk])

    waiting = as_importer.get(url)
    perform_inline(received.run)
    done = as_importer.get(url)

    assert re.search(r"hx-get=./imports/", waiting.content.decode())
    assert "HX-Refresh" not in waiting
    assert done["HX-Refresh"] == "true"


def test_the_list_shows_batches_and_costs_the_same_for_few_and_many(
    as_importer, django_assert_max_num_queries
):
    url = reverse("intake:imports")
    bring_in(ONE, "first.csv")
    with django_assert_max_num_queries(40) as few:
        assert "first.csv" in as_importer.get(url).content.decode()
    for number in range(12):
        receive(ONE, f"{number}.csv")

    with django_assert_max_num_queries(len(few)):
        assert "11.csv" in as_importer.get(url).content.decode()


def test_a_refused_file_says_why(as_importer):
    batch = bring_in(b"a,b\r\n1,2\r\n")

    page = as_importer.get(reverse("intake:batch", args=[batch.pk])).content.decode()

    assert "认不出这是什么表" in page


def test_another_shops_file_needs_a_tick(as_importer):
    write(bring_in("玩具编号,金额,备注,店铺Id\r\n1,1,a,77\r\n".encode()))
    batch = bring_in("玩具编号,金额,备注,店铺Id\r\n2,1,a,88\r\n".encode())
    url = reverse("intake:commit", args=[batch.pk])

    page = as_importer.get(reverse("intake:batch", args=[batch.pk])).content.decode()
    as_importer.post(url)

    assert "confirm_other_shop" in page
    assert Batch.objects.get(pk=batch.pk).state == "previewed"
    as_importer.post(url, {"confirm_other_shop": "1"})
    assert Batch.objects.get(pk=batch.pk).state == "merging"


def test_undo_and_discard_are_asked_for_by_click(as_importer):
    done, open_ = write(bring_in(ONE)), bring_in(ONE)

    as_importer.post(reverse("intake:undo", args=[done.pk]))
    as_importer.post(reverse("intake:discard", args=[open_.pk]))

    states = dict(Batch.objects.values_list("pk", "state"))
    assert states == {done.pk: "undoing", open_.pk: "discarded"}


def test_rejected_rows_are_downloaded_as_a_file(as_importer):
    batch = bring_in((HEADER + "2,viel,b\r\n").encode(), "一月.csv")

    response = as_importer.get(reverse("intake:errors", args=[batch.pk]))

    assert response["Content-Disposition"].endswith("%E4%B8%80%E6%9C%88.errors.csv")
    assert response["Cache-Control"] == "no-store"
    assert "viel" in response.content.decode("utf-8-sig")
