"""People and roles for tests."""

from functools import cache
from typing import Any

import factory
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import encrypt
from django.contrib.auth.hashers import make_password
from factory.django import DjangoModelFactory

from shopops.staff.models import Role, Shop, User
from tests.times import NOW

PASSWORD = "plain-orchid-ladder-47"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@cache
def hashed_password() -> str:
    """Hash once for all tests: the real hasher is slow on purpose."""
    return make_password(PASSWORD)


class ShopFactory(DjangoModelFactory[Shop]):
    class Meta:
        model = Shop

    id = 1
    name = "云杉旗舰店"
    created_at = NOW


class PersonFactory(DjangoModelFactory[User]):
    """`PersonFactory(role_codes=["service"])`. Roles are there already, from the migration."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"person{n}")
    name = factory.Sequence(lambda n: f"店员{n}")
    date_joined = NOW
    password = factory.LazyFunction(hashed_password)

    @factory.post_generation  # type: ignore[untyped-decorator]
    def role_codes(self: Any, create: bool, extracted: Any, **_: Any) -> None:
        if extracted:
            self.roles.set(Role.objects.filter(code__in=extracted))


class RoleFactory(DjangoModelFactory[Role]):
    class Meta:
        model = Role

    code = factory.Sequence(lambda n: f"own_{n}")
    name = factory.Sequence(lambda n: f"自定义{n}")
    rights = ["orders.view"]


def give_second_factor(person: User) -> User:
    """Let a person have an authenticator app."""
    Authenticator.objects.create(
        user=person, type=Authenticator.Type.TOTP, data={"secret": encrypt(TOTP_SECRET)}
    )
    return person
