"""Addresses of this app."""

from django.urls import path

from shopops.staff.views import entry, log, me, people, roles, shop

app_name = "staff"

urlpatterns = [
    path("setup/", entry.setup_shop, name="setup"),
    path("people/", people.people, name="people"),
    path("people/invite/", people.invite, name="invite"),
    path("people/accept/<str:token>/", entry.accept, name="accept"),
    path("people/<int:person_id>/", people.person, name="person"),
    path("people/<int:person_id>/withdraw/", people.withdraw, name="withdraw"),
    path("people/<int:person_id>/invite-again/", people.invite_again, name="invite_again"),
    path(
        "people/<int:person_id>/reset-second-factor/",
        people.reset_second_factor,
        name="reset_second_factor",
    ),
    path("people/<int:person_id>/end-sessions/", people.end_sessions, name="end_sessions"),
    path("people/<int:person_id>/unlock/", people.unlock, name="unlock"),
    path("roles/", roles.roles, name="roles"),
    path("roles/<int:role_id>/", roles.role, name="role"),
    path("roles/<int:role_id>/copy/", roles.copy_role, name="copy_role"),
    path("log/", log.log, name="log"),
    path("shop/", shop.shop, name="shop"),
    path("me/", me.me, name="me"),
    path("me/sessions/", me.sessions, name="sessions"),
    path("me/sessions/<int:session_id>/end/", me.revoke_session, name="revoke_session"),
    path("me/tokens/", me.create_token, name="create_token"),
    path("me/tokens/<int:token_id>/revoke/", me.revoke_token, name="revoke_token"),
]
