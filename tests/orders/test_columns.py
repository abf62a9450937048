"""Columns of the order list: a person's own, kept, and none of anybody else's business."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from orders.views.columns import COLUMNS, DEFAULT, STANDARD, Layout, known, layout_of
from shopops.staff.models import Operation
from tests.clients import browser_of
from tests.factories.orders import OrderFactory
from tests.factories.staff import PersonFactory

pytestmark = pytest.mark.django_db
URL = "/orders/columns/"


def heads(client):
    page = client.get("/orders/all/").content.decode()
    return re.findall(r'<th class="c-(\w+)', page)[1:]


def sent(order, shown=None, **more):
    return {"order": list(order), "shown": list(order if shown is None else shown), **more}


def test_a_choice_is_kept_for_that_person_on_every_device_and_for_nobody_else(
    as_service, service, as_manager
):
    OrderFactory()
    chosen = ["item", "tid", "refund", "due"]

    answer = as_service.post(URL, sent(chosen, next="/orders/held/"))

    assert answer.url == "/orders/held/"
    assert heads(as_service) == heads(browser_of(service)) == chosen
    assert heads(as_manager) == list(DEFAULT)


def test_a_choice_leaves_one_line_in_the_log_and_the_same_again_none(as_service, service):
    for _n in range(2):
        as_service.post(URL, sent(["tid", "due"]))

    line = Operation.objects.get(name="staff.person.columns_chosen")
    assert (line.actor, line.old, line.new) == (service, {"orders": []}, {"orders": ["tid", "due"]})


def test_what_is_not_ticked_is_not_shown_but_the_order_number_always_is(as_service):
    OrderFactory()

    as_service.post(URL, sent(["due", "tid", "amt"], shown=["due"]))

    assert heads(as_service) == ["due", "tid"]


def test_a_column_moves_one_place_and_nothing_is_kept_before_saving(as_service, service):
    OrderFactory()

    page = as_service.post(URL, sent(DEFAULT, move="up:plat"))

    order = [one.code for one in page.context["choices"]]
    assert order[:3] == ["plat", "due", "tid"]
    assert page.content.decode().count("autofocus") == 1
    assert heads(as_service) == list(DEFAULT)
    as_service.post(URL, sent(order, shown=DEFAULT))
    assert heads(as_service)[:3] == ["plat", "due", "tid"]


@pytest.mark.parametrize("move", ["up:due", "down:holddue", "up:nothing", "sideways:due", "", ":"])
def test_a_move_that_cannot_be_changes_nothing(as_service, move):
    page = as_service.post(URL, sent(COLUMNS, move=move))

    assert [one.code for one in page.context["choices"]] == list(COLUMNS)


def test_the_usual_columns_come_back(as_service, service):
    OrderFactory()
    as_service.post(URL, sent(["tid"]))

    as_service.post(URL, {"reset": "1"})

    assert heads(as_service) == list(DEFAULT)
    service.refresh_from_db()
    assert service.preferences == {"columns": {}}


def test_a_choice_from_another_release_shows_what_there_is(service):
    service.preferences = {"columns": {"orders": ["gone", "due", "due"]}}

    assert layout_of(service).shown == ("tid", "due")
    assert layout_of(PersonFactory.build(preferences={})) is STANDARD
    assert known(["gone"]) == ()


def test_the_hand_held_keeps_the_cells_of_its_cards(as_service):
    OrderFactory()

    as_service.post(URL, sent(["tid"]))

    page = as_service.get("/orders/all/").content.decode()
    cells = set(re.findall(r'<td role="cell" class="q-(\w+)[^"]*so-off', page))
    assert cells == {code for code, one in COLUMNS.items() if one.on_hand_held} - {"tid"}


def test_the_address_to_go_back_to_is_one_of_ours(as_service):
    answer = as_service.post(URL, sent(["tid"], next="https://elsewhere.example/"))

    assert answer.url == reverse("orders:first")


def test_own_columns_cost_no_query(as_service):
    OrderFactory()
    as_service.get("/orders/all/")

    def cost():
        with CaptureQueriesContext(connection) as taken:
            as_service.get("/orders/all/")
        return len(taken)

    usual = cost()
    as_service.post(URL, sent(reversed(COLUMNS)))
    as_service.get("/orders/all/")  # shows what was said of the saving

    assert cost() == usual


def test_the_table_is_as_wide_as_its_columns_need():
    assert STANDARD.width_class == ""
    assert Layout(("tid",)).width_class == "so-qw-3"
    assert Layout(tuple(COLUMNS)[::-1]).width_class == "so-qw-18"


def test_sorted_by_hold_due_the_list_begins_with_it_and_fits_the_monitor():
    usual, own = STANDARD.by_hold_due(), Layout(("tid", "stage", "holddue")).by_hold_due()

    assert usual.shown[:2] == ("holddue", "due")
    assert (usual.off, usual.width_class) == (("stage",), "")
    assert own.shown == ("holddue", "tid", "stage")
