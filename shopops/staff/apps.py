"""Joins this app to Django: roles after each migrate, and the signals of sign-in."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class StaffConfig(AppConfig):
    """People, roles and the operation log."""

    name = "shopops.staff"
    label = "staff"

    def ready(self) -> None:
        from allauth.account import signals as account
        from allauth.mfa import signals as mfa
        from django.contrib.auth.signals import user_logged_out, user_login_failed

        from shopops.staff import sign_in, wording
        from shopops.staff.operations import name_operations, name_parts

        name_operations(wording.OPERATIONS)
        name_parts("object", wording.OBJECTS)
        name_parts("field", wording.FIELDS)
        name_parts("rights", wording.RIGHT_NAMES)
        name_parts("scopes", wording.RIGHT_NAMES)
        post_migrate.connect(sync_roles_after_migrate, sender=self)
        account.user_logged_in.connect(sign_in.on_signed_in)
        account.password_changed.connect(sign_in.on_password_changed)
        user_login_failed.connect(sign_in.on_failed)
        user_logged_out.connect(sign_in.on_signed_out)
        mfa.authenticator_added.connect(sign_in.on_factor_added)
        mfa.authenticator_removed.connect(sign_in.on_factor_removed)
        mfa.authenticator_reset.connect(sign_in.on_factor_reset)
        mfa.authentication_failed.connect(sign_in.on_factor_failed)


def sync_roles_after_migrate(**kwargs: Any) -> None:  # noqa: ANN401
    """Let the built-in roles follow the table in code, once the tables are new enough."""
    from django.utils import timezone

    from shopops.staff.actions import roles

    state = kwargs.get("apps")
    try:
        fields = (
            {field.name for field in state.get_model("staff", "Role")._meta.get_fields()}
            if state
            else {"version"}
        )
    except LookupError:
        return
    if "version" in fields:
        roles.sync_roles(now=timezone.now())  # noqa: TID251 - the edge, like a command
