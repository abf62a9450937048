"""Who may open what: one table over every address of the product.

A new address fails `test_every_address_is_in_the_table` until it stands in `tests.routes`. A row says which
right the address asks for and what a holder of it gets; what everybody else gets follows from the
role table in `shopops.staff.rights`. Give `kwargs` where the address needs any; missing ids (and
the 404 that a holder then gets) are enough, for the right is asked before the object.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from shopops.staff.models import Role
from shopops.staff.rights import ROLES
from tests.factories.staff import PersonFactory
from tests.routes import ROUTES
from tests.routes.row import NOT_OFFERED, PUBLIC, SIGNED_IN, Route, Status

WHO = ["anonymous", "outsider", "service", "warehouse", "manager", "administrator"]
RIGHTS_OF = {row.code: row.rights for row in ROLES} | {"outsider": frozenset(), "anonymous": None}


def _names(resolver: URLResolver, prefix: str = "") -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix
            yield from _names(pattern, inner)
        elif isinstance(pattern, URLPattern):
            yield f"{prefix}{pattern.name}" if pattern.name else f"nameless: {pattern.pattern}"


def test_every_address_is_in_the_table():
    names = set(_names(get_resolver()))

    assert names - set(ROUTES) == set(), "add these addresses to ROUTES"
    assert set(ROUTES) - names == set(), "these rows have no address any more"


def test_every_right_of_the_table_exists():
    known = {right for row in ROLES for right in row.rights}

    asked = {route.right for route in ROUTES.values()} - {PUBLIC, SIGNED_IN}

    assert asked <= known


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("name", ROUTES)
def test_an_address_answers_those_who_may_and_refuses_the_others(name, who, shop, request):
    route = ROUTES[name]
    client: Client = request.getfixturevalue(who if who == "anonymous" else f"as_{who}")
    if who == "anonymous":
        PersonFactory()  # a shop without people would lead everybody to its set-up
    url = reverse(name, kwargs=route.kwargs())

    for method in ("get", "put", "patch", "delete", "post"):
        response = _send(client, method, url)

        expected = _expected(route, who, method, is_api=url.startswith("/api/"))
        assert response.status_code in expected, f"{who} {method.upper()} {url}"
        if response.status_code == 302 and who == "anonymous" and route.right != PUBLIC:
            assert response.url.startswith(reverse("account_login"))


def _send(client: Client, method: str, url: str) -> Any:
    if url.startswith("/api/") and method != "get":
        return getattr(client, method)(url, data={}, content_type="application/json")
    return getattr(client, method)(url)


def _expected(route: Route, who: str, method: str, *, is_api: bool) -> set[int]:
    get, post = route.get, route.post
    if who == "anonymous" and route.anonymous:
        get, post = route.anonymous
    # Views of others take PUT for POST; none of ours offers more than the two.
    offered = _statuses(get if method == "get" else post)
    if method not in {"get", "post"}:
        offered = offered | {NOT_OFFERED}
    refusal = None if route.right == PUBLIC else _refusal(route.right, who, is_api=is_api)
    if refusal is None:
        return offered
    # Which of the two is said first where both are true does not matter.
    return {refusal, NOT_OFFERED} if NOT_OFFERED in offered else {refusal}


def _refusal(right: str, who: str, *, is_api: bool) -> int | None:
    held = RIGHTS_OF[who]
    if held is None:
        return 401 if is_api else 302
    return None if right == SIGNED_IN or right in held else 403


def _statuses(status: Status) -> set[int]:
    return status if isinstance(status, set) else {status}


def test_a_role_holds_in_the_database_what_the_table_says(db):
    stored = {role.code: frozenset(role.rights) for role in Role.objects.filter(is_built_in=True)}

    assert stored == {row.code: row.rights for row in ROLES}
