"""Built-in roles follow the code; copies belong to the shop."""

import pytest

from shopops.staff.actions import roles
from shopops.staff.errors import RefusedError, StaleError
from shopops.staff.models import Operation, Role
from tests.factories.staff import PersonFactory, RoleFactory

pytestmark = pytest.mark.django_db


def test_syncing_twice_changes_nothing_and_logs_nothing(now):
    roles.sync_roles(now=now)
    before = Operation.objects.count()

    assert roles.sync_roles(now=now) == 0
    assert Operation.objects.count() == before


def test_a_built_in_role_that_was_tampered_with_is_mended(now):
    Role.objects.filter(code="designer").update(rights=["staff.manage"])

    assert roles.sync_roles(now=now) == 1

    assert "staff.manage" not in Role.objects.get(code="designer").rights


def test_a_right_that_the_code_dropped_leaves_own_roles_too(now):
    own = RoleFactory(rights=["orders.view", "orders.long_gone"])

    roles.sync_roles(now=now)

    own.refresh_from_db()
    assert own.rights == ["orders.view"]


def test_a_copy_has_the_same_rights_and_can_be_changed(administrator, now):
    copy = roles.copy_role(
        Role.objects.get(code="service").pk, name="夜班客服", by=administrator, now=now
    )

    roles.change_role(
        copy.pk,
        name="夜班客服",
        rights=["orders.view"],
        version=copy.version,
        by=administrator,
        now=now,
    )

    row = Operation.objects.order_by("-id")[0]
    assert row.name == "staff.role.changed"
    assert set(row.old["rights"]) == set(Role.objects.get(code="service").rights)
    assert row.new["rights"] == ["orders.view"]


def test_a_built_in_role_cannot_be_changed(administrator, now):
    role = Role.objects.get(code="service")

    with pytest.raises(RefusedError):
        roles.change_role(
            role.pk, name="x", rights=[], version=role.version, by=administrator, now=now
        )


def test_a_right_that_does_not_exist_is_refused(administrator, now):
    own = RoleFactory()

    with pytest.raises(RefusedError):
        roles.change_role(
            own.pk, name="x", rights=["orders.burn"], version=1, by=administrator, now=now
        )


def test_a_stale_change_of_a_role_is_refused(administrator, now):
    own = RoleFactory(version=5)

    with pytest.raises(StaleError):
        roles.change_role(own.pk, name="x", rights=[], version=4, by=administrator, now=now)


def test_two_roles_cannot_have_one_name(administrator, now):
    service = Role.objects.get(code="service")

    with pytest.raises(RefusedError):
        roles.copy_role(service.pk, name=service.name, by=administrator, now=now)


def test_the_right_to_manage_people_cannot_be_taken_from_the_last_role_that_gives_it(shop, now):
    own = RoleFactory(code="boss", rights=["staff.manage"])
    boss = PersonFactory(role_codes=["boss"])

    with pytest.raises(RefusedError):
        roles.change_role(own.pk, name="x", rights=[], version=1, by=boss, now=now)


def test_a_person_with_two_roles_holds_the_rights_of_both(shop):
    person = PersonFactory(role_codes=["designer", "warehouse"])

    assert person.has_perm("intake.view")
    assert person.has_perm("orders.hand_over")
    assert not person.has_perm("orders.approve")


def test_a_disabled_person_holds_no_right(shop):
    person = PersonFactory(role_codes=["administrator"], is_active=False)

    assert not person.has_perm("orders.view")
