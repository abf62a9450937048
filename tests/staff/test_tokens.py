"""API tokens grant what both the person and the scopes grant."""

import pytest

from shopops.staff.actions import tokens
from shopops.staff.errors import RefusedError
from shopops.staff.models import ApiToken, Operation
from tests.clients import browser

pytestmark = pytest.mark.django_db

QUEUES, SCHEMA = "/api/queues/", "/api/schema/"


def call(token: str, url: str = QUEUES):
    return browser().get(url, headers={"Authorization": f"Bearer {token}"})


def make(person, now, scopes=("orders.view",)):
    return tokens.create_token(name="ERP", scopes=scopes, by=person, now=now)


def test_a_token_opens_what_its_scope_names(service, now):
    made = make(service, now)

    assert call(made.token).status_code == 200
    assert ApiToken.objects.get().last_used_at is not None


def test_a_token_opens_nothing_beyond_its_scope(service, now):
    made = make(service, now, scopes=["orders.note"])

    assert call(made.token).status_code == 403


def test_a_token_loses_what_its_person_loses(service, now):
    made = make(service, now)
    service.roles.clear()

    assert call(made.token).status_code == 403


def test_a_token_cannot_be_given_a_right_that_the_person_lacks(service, now):
    with pytest.raises(RefusedError):
        make(service, now, scopes=["orders.view", "staff.manage"])


def test_a_token_without_any_scope_is_refused(service, now):
    with pytest.raises(RefusedError):
        make(service, now, scopes=[])


def test_a_revoked_token_opens_nothing(service, now):
    made = make(service, now)

    tokens.revoke_token(made.row.pk, of=service, by=service, now=now)

    assert call(made.token).status_code == 401
    assert Operation.objects.order_by("-id")[0].name == "staff.token.revoked"


def test_somebody_elses_token_cannot_be_revoked_as_ones_own(service, manager, now):
    made = make(manager, now)

    with pytest.raises(RefusedError):
        tokens.revoke_token(made.row.pk, of=service, by=service, now=now)


def test_a_disabled_persons_token_opens_nothing(service, now):
    made = make(service, now)
    service.is_active = False
    service.save()

    assert call(made.token).status_code == 401


@pytest.mark.parametrize("token", ["nonsense", "", "two words", "\xff"])
def test_an_unknown_token_is_refused(shop, token):
    assert call(token).status_code == 401


def test_only_a_hash_of_the_token_is_kept(service, now):
    made = make(service, now)

    assert made.token not in str(ApiToken.objects.values().get())
    assert made.token not in str(list(Operation.objects.values()))


def test_the_page_shows_a_new_token_once(as_service):
    response = as_service.post("/me/tokens/", {"name": "ERP", "scopes": ["orders.view"]})

    token = response.context["new_token"]
    assert token in response.content.decode()
    assert token not in as_service.get("/me/").content.decode()


def test_the_schema_describes_bearer_tokens(service, now):
    response = call(make(service, now).token, SCHEMA)

    assert response.status_code == 200
    assert b"scheme: bearer" in response.content
