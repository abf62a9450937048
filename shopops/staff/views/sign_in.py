"""The sign-in page; in the demo shop it names the people one may sign in as."""

from typing import Any

from allauth.account.views import LoginView

from shopops.staff.demo_people import demo_people


class SignInView(LoginView):  # type: ignore[misc]
    """Shows allauth's sign-in with the demo's people below, where there are any."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, "demo_people": demo_people()}
