"""How sign-in behaves here."""

from base64 import b64decode, b64encode
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from shopops.lib.sealing import seal, unseal
from shopops.staff import sign_in
from shopops.staff.freshness import is_fresh


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """People are invited by the administrator; nobody signs up, nothing goes by mail."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return sign_in.home_url()

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401
        """Send nothing: people here have no mail address. The operation log has it."""

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:  # noqa: ANN401
        """Take a sign-in of the last minutes as proof enough; allauth itself would ask again."""
        return not is_fresh(context.request)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:  # noqa: ANN401
        """Offer the second factor alone to whoever has one: a stolen password proves nothing."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        stronger = [method for method in methods if method["id"] == "mfa_reauthenticate"]
        return stronger or methods

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:  # noqa: ANN401
        """Count failures by user name *and* address: nobody locks the boss out from afar.

        The number in the key is raised by `actions.sign_in.unlock_person`.
        """
        username = str(credentials.get("username", "")).lower()
        return f"{username}|{self.get_client_ip(request)}|{sign_in.unlock_count(username)}"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:  # noqa: ANN401
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            key = self._get_login_attempts_cache_key(request, **credentials)
            # One row per lock-out, not one per knock at the door.
            if cache.add(f"staff:locked:{sign_in.digest(key)}", 1, sign_in.LOCK_SECONDS):
                sign_in.record_lock_out(str(credentials.get("username", "")))
            raise


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Keeps the secrets of authenticator apps and recovery codes encrypted."""

    def encrypt(self, text: str) -> str:
        return b64encode(seal(text.encode())).decode()

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(b64decode(encrypted_text)).decode()
