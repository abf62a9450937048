"""Inviting people, changing them, and who may never be lost."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from shopops.staff.actions import people, sessions
from shopops.staff.errors import RefusedError, StaleError
from shopops.staff.models import Invitation, Operation, Role, User
from tests.clients import browser_of
from tests.factories.staff import PASSWORD, PersonFactory, give_second_factor

pytestmark = pytest.mark.django_db


def last_operation() -> Operation:
    return Operation.objects.order_by("-id")[0]


def invite(by, now, **kwargs):
    data = {"username": "xiaowu", "name": "小吴", "roles": ["service"], **kwargs}
    return people.invite_person(**data, by=by, now=now)


def change(person, by, now, **kwargs):
    roles = list(person.roles.values_list("pk", flat=True))
    data = {"name": person.name, "roles": roles, "is_active": True, "version": person.version}
    return people.change_person(person.pk, **{**data, **kwargs}, by=by, now=now)


def test_an_invited_person_sets_their_own_password(administrator, now):
    invited = invite(administrator, now)

    person = people.accept_invitation(invited.token, password=PASSWORD, now=now)

    assert person.check_password(PASSWORD)
    assert [role.code for role in person.roles.all()] == ["service"]
    assert last_operation().name == "staff.person.accepted"
    assert last_operation().actor == person


def test_an_invitation_works_once(administrator, now):
    invited = invite(administrator, now)
    people.accept_invitation(invited.token, password=PASSWORD, now=now)

    with pytest.raises(RefusedError):
        people.accept_invitation(invited.token, password="another-long-word-9", now=now)

    assert User.objects.get(username="xiaowu").check_password(PASSWORD)


@pytest.mark.parametrize(
    ("after", "works"), [(timedelta(days=7), False), (timedelta(days=6), True)]
)
def test_an_invitation_lives_for_seven_days(administrator, now, after, works):
    token = invite(administrator, now).token

    if works:
        people.accept_invitation(token, password=PASSWORD, now=now + after)
    else:
        with pytest.raises(RefusedError):
            people.accept_invitation(token, password=PASSWORD, now=now + after)


def test_a_weak_password_leaves_the_invitation_open(administrator, now):
    token = invite(administrator, now).token

    with pytest.raises(ValidationError):
        people.accept_invitation(token, password="short", now=now)

    person = people.accept_invitation(token, password=PASSWORD, now=now)
    assert person.check_password(PASSWORD)


def test_only_a_hash_of_the_link_is_kept(administrator, now):
    token = invite(administrator, now).token

    assert token not in Invitation.objects.get().token_hash
    assert token not in str(list(Operation.objects.values()))


def test_a_new_link_ends_the_old_one_the_password_and_all_sessions(administrator, service, now):
    client = browser_of(service)
    first = people.invite_again(service.pk, by=administrator, now=now)

    second = people.invite_again(service.pk, by=administrator, now=now)

    assert client.get("/me/").status_code == 302
    service.refresh_from_db()
    assert not service.has_usable_password()
    with pytest.raises(RefusedError):
        people.accept_invitation(first.token, password=PASSWORD, now=now)
    assert people.accept_invitation(second.token, password=PASSWORD, now=now) == service


def test_a_withdrawn_invitation_does_not_work(administrator, now):
    invited = invite(administrator, now)

    people.withdraw_invitation(invited.person.pk, by=administrator, now=now)

    assert last_operation().name == "staff.person.invitation_withdrawn"
    with pytest.raises(RefusedError):
        people.accept_invitation(invited.token, password=PASSWORD, now=now)
    with pytest.raises(RefusedError):
        people.withdraw_invitation(invited.person.pk, by=administrator, now=now)


def test_a_taken_user_name_is_refused(administrator, service, now):
    with pytest.raises(RefusedError):
        invite(administrator, now, username=service.username)


def test_an_unknown_role_is_refused(administrator, now):
    with pytest.raises(RefusedError):
        invite(administrator, now, roles=["service", "emperor"])


def test_a_change_is_logged_with_old_and_new(administrator, service, now):
    warehouse_role = Role.objects.get(code="warehouse")

    change(service, administrator, now, roles=[warehouse_role.pk])

    row = last_operation()
    assert row.name == "staff.person.changed"
    assert row.actor == administrator
    assert row.old["roles"] == ["service"]
    assert row.new["roles"] == ["warehouse"]


def test_a_change_from_a_stale_page_is_refused_and_shows_both(administrator, service, now):
    change(service, administrator, now, name="先改的名字")

    with pytest.raises(StaleError) as caught:
        change(service, administrator, now, name="后改的名字")

    row = caught.value.rows[0]
    assert (row.theirs, row.mine) == ("先改的名字", "后改的名字")
    service.refresh_from_db()
    assert service.name == "先改的名字"


def test_disabling_a_person_ends_their_sessions_at_once(administrator, service, now):
    client = browser_of(service)
    assert client.get("/me/").status_code == 200

    change(service, administrator, now, is_active=False)

    assert client.get("/me/").status_code == 302


def test_the_last_administrator_cannot_lose_the_role(administrator, now):
    with pytest.raises(RefusedError):
        change(administrator, administrator, now, roles=[])

    assert administrator.roles.count() == 1


def test_the_last_administrator_cannot_be_disabled(administrator, now):
    with pytest.raises(RefusedError):
        change(administrator, administrator, now, is_active=False)

    administrator.refresh_from_db()
    assert administrator.is_active


def test_one_of_two_administrators_may_go(administrator, now):
    other = PersonFactory(role_codes=["administrator"])

    change(other, administrator, now, is_active=False)

    other.refresh_from_db()
    assert not other.is_active


def test_a_reset_second_factor_is_gone_and_so_are_the_sessions(administrator, manager, now):
    client = browser_of(manager)

    sessions.reset_second_factor(manager.pk, by=administrator, now=now)

    assert not manager.authenticator_set.exists()
    assert client.get("/me/").status_code == 302
    assert last_operation().name == "staff.person.second_factor_reset"


def test_a_second_factor_that_is_not_there_cannot_be_reset(administrator, service, now):
    with pytest.raises(RefusedError):
        sessions.reset_second_factor(service.pk, by=administrator, now=now)


def test_somebody_elses_session_cannot_be_ended_as_ones_own(as_service, manager):
    give_second_factor(PersonFactory())
    theirs = browser_of(manager)
    session_id = manager.usersession_set.get().pk

    response = as_service.post(f"/me/sessions/{session_id}/end/")

    assert response.status_code == 404
    assert theirs.get("/me/").status_code == 200


def test_ones_own_other_session_can_be_ended(service):
    here, there = browser_of(service), browser_of(service)
    session_id = service.usersession_set.order_by("-pk")[0].pk

    here.post(f"/me/sessions/{session_id}/end/")

    assert there.get("/me/").status_code == 302
    assert here.get("/me/").status_code == 200
    assert last_operation().name == "staff.session.revoked"


def test_the_page_of_a_person_changed_meanwhile_shows_both_versions(as_administrator, service):
    data = {"name": "新名字", "roles": [], "is_active": "on", "version": service.version + 1}

    response = as_administrator.post(f"/people/{service.pk}/", data)

    assert response.status_code == 409
    assert "新名字" in response.content.decode()
    assert service.name in response.content.decode()


def test_an_invitation_link_is_shown_once(as_administrator):
    response = as_administrator.post(
        "/people/invite/",
        {"name": "小吴", "username": "xiaowu", "roles": [Role.objects.get(code="service").pk]},
    )

    assert "/people/accept/" in response.content.decode()
    assert "/people/accept/" not in as_administrator.get("/people/").content.decode()
