"""Signing in: lock-out, second factor, limits of a session, what must come first."""

import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.http import HttpRequest, HttpResponse
from django.urls import resolve, reverse

from shopops.staff import middleware
from shopops.staff.access import passive
from shopops.staff.actions.sign_in import unlock_person
from shopops.staff.models import Operation
from tests.clients import browser, browser_of, new_address
from tests.factories.staff import PASSWORD, TOTP_SECRET, PersonFactory, give_second_factor

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"


def acts():
    """What was logged since the roles were made."""
    return Operation.objects.exclude(name="staff.role.synced").order_by("id")


def names() -> list[str]:
    return list(acts().values_list("name", flat=True))


def sign_in(client, person, password=PASSWORD):
    return client.post(LOGIN, {"login": person.username, "password": password})


def a_code() -> str:
    left = 30 - time.time() % 30
    if left < 3:  # a code of the last moment would be judged by the next one's clock
        time.sleep(left)
    return format_hotp_value(hotp_value(TOTP_SECRET, int(time.time()) // 30))


def test_a_sign_in_and_a_sign_out_are_logged_with_the_address(service, anonymous):
    response = sign_in(anonymous, service)
    anonymous.post("/accounts/logout/")

    assert response.status_code == 302
    assert names() == ["staff.sign_in.done", "staff.sign_in.ended"]
    row = acts()[0]
    assert (row.actor, row.ip) == (service, anonymous.defaults["REMOTE_ADDR"])


def test_a_failure_is_logged_without_naming_an_actor(service, anonymous):
    sign_in(anonymous, service, "wrong")

    row = acts().get()
    assert (row.name, row.actor, row.object_key) == ("staff.sign_in.failed", None, str(service.pk))


def test_a_password_typed_as_a_name_does_not_reach_the_log(anonymous, shop):
    PersonFactory()
    anonymous.post(LOGIN, {"login": "my-secret-password", "password": "x"})

    row = acts().get()
    assert "my-secret-password" not in str([row.object_key, row.old, row.new, row.reason])


def test_five_failures_lock_the_door_even_for_the_right_password(service, anonymous):
    for _ in range(5):
        sign_in(anonymous, service, "wrong")

    response = sign_in(anonymous, service)
    sign_in(anonymous, service)

    assert response.status_code == 200
    assert anonymous.get("/me/").status_code == 302
    assert names().count("staff.sign_in.failed") == 5
    assert names().count("staff.sign_in.locked") == 1


def test_an_attacker_elsewhere_does_not_lock_the_person_out(service, anonymous):
    attacker = browser()
    for _ in range(6):
        sign_in(attacker, service, "wrong")

    sign_in(anonymous, service)

    assert anonymous.get("/me/").status_code == 200


def test_an_administrator_unlocks_at_once(service, anonymous, administrator, now):
    for _ in range(6):
        sign_in(anonymous, service, "wrong")

    unlock_person(service.pk, by=administrator, now=now)
    sign_in(anonymous, service)

    assert anonymous.get("/me/").status_code == 200


def test_a_disabled_person_cannot_sign_in(service, anonymous):
    service.is_active = False
    service.save()

    sign_in(anonymous, service)

    assert anonymous.get("/me/").status_code == 302
    assert "staff.sign_in.done" not in names()


def test_who_has_a_second_factor_is_asked_for_it_and_a_code_works_once(manager, anonymous):
    response = sign_in(anonymous, manager)
    assert response["Location"] == reverse("mfa_authenticate")
    assert anonymous.get("/me/").status_code == 302

    code = a_code()
    anonymous.post(response["Location"], {"code": code})
    assert anonymous.get("/me/").status_code == 200

    other = browser()
    other.post(sign_in(other, manager).url, {"code": code})
    assert other.get("/me/").status_code == 302


def test_a_right_that_needs_a_second_factor_leads_to_setting_one_up_first(shop):
    client = browser_of(PersonFactory(role_codes=["manager"]))

    for path in ("/me/", "/log/", "/"):
        assert client.get(path)["Location"] == reverse("mfa_activate_totp")
    assert client.get(reverse("mfa_activate_totp")).status_code == 200
    assert client.get("/api/orders/").status_code == 403


def test_the_demo_shop_asks_for_no_second_factor(shop):
    shop.is_demo = True
    shop.save()
    client = browser_of(PersonFactory(role_codes=["manager"]))

    assert client.get("/log/").status_code == 200
    assert "演示店" in client.get("/me/").content.decode()


def test_a_first_entry_leads_to_an_own_password(shop):
    person = PersonFactory(role_codes=["service"], must_change_password=True)
    client = browser_of(person)
    assert client.get("/me/")["Location"] == reverse("account_change_password")

    client.post(
        reverse("account_change_password"),
        {
            "oldpassword": PASSWORD,
            "password1": "own-words-88-lamp",
            "password2": "own-words-88-lamp",
        },
    )

    assert client.get("/me/").status_code == 200
    assert "staff.person.password_changed" in names()


def test_a_new_password_ends_the_other_sessions(service):
    here, there = browser_of(service), browser_of(service)

    here.post(
        reverse("account_change_password"),
        {
            "oldpassword": PASSWORD,
            "password1": "own-words-88-lamp",
            "password2": "own-words-88-lamp",
        },
    )

    assert here.get("/me/").status_code == 200
    assert there.get("/me/").status_code == 302


@pytest.mark.parametrize(
    ("role", "idle_seconds", "stays"),
    [
        ("service", 30 * 60 - 5, True),
        ("service", 30 * 60 + 5, False),
        ("warehouse", 15 * 60 - 5, True),
        ("warehouse", 15 * 60 + 5, False),
    ],
)
def test_a_session_that_rests_too_long_ends(shop, role, idle_seconds, stays):
    client = browser_of(PersonFactory(role_codes=[role]))
    client.get("/me/")
    _shift(client, middleware.SEEN, idle_seconds)

    response = client.get("/me/")

    assert response.status_code == (200 if stays else 302)
    assert ("staff.sign_in.ended" in names()) is not stays


def test_a_session_ends_after_twelve_hours_however_busy(service):
    client = browser_of(service)
    client.get("/me/")
    _shift(client, middleware.STARTED, 12 * 3600 + 1)

    assert client.get("/me/").status_code == 302
    assert Operation.objects.get(name="staff.sign_in.ended").new == {"why": "absolute"}


def _empty_page(_request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def test_a_page_part_that_asks_by_itself_does_not_keep_a_session_alive(service, rf):
    request = rf.get("/")
    request.user, request.session = service, browser_of(service).session
    limits = middleware.SessionLimitMiddleware(_empty_page)

    limits.process_view(request, passive(lambda _request: HttpResponse()))
    assert middleware.SEEN not in request.session

    limits.process_view(request, _empty_page)
    assert middleware.SEEN in request.session


@pytest.mark.parametrize("name", ["work:progress", "intake:progress", "notices:bell"])
def test_the_parts_that_pages_ask_for_by_themselves_are_such_parts(name):
    keys = {"work:progress": {"run_id": 1}, "intake:progress": {"batch_id": 1}}

    view = resolve(reverse(name, kwargs=keys.get(name))).func

    assert getattr(view, "is_passive", False)


def _shift(client, key, seconds):
    session = client.session
    session[key] = time.time() - seconds
    session.save()


def test_a_page_part_asked_for_after_the_session_ended_brings_the_whole_sign_in_page(
    anonymous, shop
):
    PersonFactory()
    response = anonymous.get("/me/", headers={"HX-Request": "true"})

    assert response.status_code == 401
    assert response["HX-Redirect"] == LOGIN


@pytest.mark.parametrize(("minutes", "passes"), [(4, True), (6, False)])
def test_an_act_on_people_needs_a_proof_of_the_last_five_minutes(
    administrator, service, minutes, passes
):
    client = browser_of(administrator, proved_seconds_ago=minutes * 60)

    response = client.post(f"/people/{service.pk}/end-sessions/")

    done = "staff.session.all_revoked" in names()
    assert done is passes
    if not passes:
        assert response["Location"].startswith(reverse("mfa_reauthenticate"))


def test_a_password_alone_is_no_fresh_proof_for_who_has_a_second_factor(administrator, service):
    client = browser_of(administrator, proved_seconds_ago=3600)

    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.post(f"/people/{service.pk}/end-sessions/")

    assert "staff.session.all_revoked" not in names()


def test_a_form_sent_without_a_fresh_proof_goes_through_after_it(administrator, service):
    client = browser_of(administrator, proved_seconds_ago=3600)
    asked = client.post(f"/people/{service.pk}/end-sessions/")

    client.post(asked["Location"], {"code": a_code()})

    assert "staff.session.all_revoked" in names()


def test_the_secret_of_an_authenticator_app_is_kept_encrypted(manager):
    assert TOTP_SECRET not in str(manager.authenticator_set.get().data)


def test_the_language_is_kept_with_the_person(service):
    client = browser_of(service)

    client.post("/i18n/", {"language": "en"})

    service.refresh_from_db()
    assert service.language == "en"
    assert 'lang="en"' in browser_of(service).get("/me/").content.decode()


def test_an_address_behind_our_proxy_is_the_visitors(service, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    client = browser()
    address = new_address()

    client.post(
        LOGIN,
        {"login": service.username, "password": PASSWORD},
        headers={"X-Forwarded-For": f"6.6.6.6, {address}"},
    )

    assert Operation.objects.get(name="staff.sign_in.done").ip == address


def test_a_second_factor_set_up_and_removed_is_logged(service):
    give_second_factor(service)
    client = browser_of(service)

    client.post(reverse("mfa_deactivate_totp"))

    assert "staff.second_factor.removed" in names()
