"""The warehouse for other programs: the same acts, the same refusals."""

import pytest

from orders.models import Parcel
from tests.factories.warehouse import (
    FITTED,
    TOWEL,
    approved_order,
    checked,
    picked,
    stock_the_shelves,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def shelves(db):
    stock_the_shelves()


def send(client, path, **data):
    return client.post(f"/api/{path}", data, content_type="application/json")


def test_waves_are_built_and_listed(as_warehouse):
    approved_order((FITTED, 1))

    built = send(as_warehouse, "waves/").json()

    assert (built["parcels"], built["orders"]) == (1, 1)
    assert [row["number"] for row in as_warehouse.get("/api/waves/").json()] == [
        built["waves"][0]["number"]
    ]


def test_a_wrong_piece_is_an_answer_and_no_error(as_warehouse, warehouse):
    parcel = picked(approved_order((FITTED, 1)), by=warehouse)
    assert send(as_warehouse, "pack/scan/", code=parcel.number).json()["parcel"] == parcel.pk

    answer = send(as_warehouse, "pack/scan/", code=TOWEL, parcel=parcel.pk)

    assert (answer.status_code, answer.json()["outcome"]) == (200, "wrong")


def test_a_list_is_filled_and_signed(as_warehouse, warehouse):
    parcel = checked(approved_order((FITTED, 1)), by=warehouse)
    Parcel.objects.filter(pk=parcel.pk).update(carrier="中通快递", waybill_no="7548220133691")

    sheet = send(as_warehouse, "hand-over/scan/", code=parcel.number).json()["sheet"]
    signed = send(as_warehouse, f"hand-over/{sheet}/sign/", name="小王")
    again = send(as_warehouse, f"hand-over/{sheet}/sign/", name="小王")

    assert signed.json() == {"sheet": sheet, "parcels": 1, "kept": []}
    assert (again.status_code, "已经签过" in again.json()["detail"]) == (409, True)
