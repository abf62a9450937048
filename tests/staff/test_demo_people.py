"""The demo shop's sign-in page names its people; no other page ever names anybody."""

import json

import pytest
from django.urls import reverse

from tests.factories.staff import PASSWORD, PersonFactory, ShopFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def sign_ins(settings, tmp_path):
    """Let the file of the demo's people lie there, whatever kind of shop this is."""
    settings.SHOPOPS_DATA = tmp_path
    rows = [
        {"username": "ning", "password": PASSWORD, "role": "店长", "name": "阿宁"},
        {"username": "left", "password": PASSWORD, "role": "客服", "name": "走了的人"},
        {"username": "never", "password": PASSWORD, "role": "客服", "name": "没来的人"},
    ]
    path = tmp_path / "demo-people.json"
    path.write_text(json.dumps(rows))
    PersonFactory(username="ning", name="阿宁", role_codes=["manager"])
    PersonFactory(username="left", is_active=False)
    return path


def page(client):
    response = client.get(reverse("account_login"))
    assert response.status_code == 200
    return response.content.decode()


def test_the_demo_shop_names_who_can_sign_in_and_their_password(anonymous, sign_ins):
    ShopFactory(is_demo=True)

    shown = page(anonymous)

    assert "阿宁" in shown
    assert PASSWORD in shown
    assert "走了的人" not in shown
    assert "没来的人" not in shown


def test_a_real_shop_names_nobody_even_where_the_demos_file_was_left(anonymous, sign_ins):
    ShopFactory(is_demo=False)

    shown = page(anonymous)

    assert "阿宁" not in shown
    assert PASSWORD not in shown
    assert "so-demo" not in shown


def test_before_there_is_a_shop_nobody_is_named(anonymous, sign_ins):
    assert PASSWORD not in page(anonymous)


@pytest.mark.parametrize("text", ["", "no json", "{}", "[1]", '[{"name": "阿宁"}]'])
def test_a_demo_without_its_file_or_with_a_broken_one_is_signed_in_to_as_usual(
    anonymous, sign_ins, text
):
    ShopFactory(is_demo=True)
    sign_ins.write_text(text)

    assert "so-demo" not in page(anonymous)
    sign_ins.unlink()
    assert "so-demo" not in page(anonymous)


def test_the_button_beside_a_demo_person_signs_in(anonymous, sign_ins):
    ShopFactory(is_demo=True)

    response = anonymous.post(reverse("account_login"), {"login": "ning", "password": PASSWORD})

    assert response.status_code == 302
    assert anonymous.get(reverse("staff:me")).status_code == 200
