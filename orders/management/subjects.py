"""What the two commands about one person share."""

from collections.abc import Callable

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _

from orders.actions.errors import OrderRefusedError
from orders.queries.subjects import SubjectError
from shopops.lib.commands import Refused
from shopops.staff.models import User


def add_subject_options(parser: CommandParser) -> None:
    """Declare who is meant, who acts, and why."""
    parser.add_argument("key", help="order number, member name, buyer key or full phone number")
    parser.add_argument("--as", dest="person", metavar="PERSON", help="username in whose name")
    parser.add_argument("--reason", default=_("本人要求"), help="kept in the operation log")


def person_of(name: str | None) -> User | None:
    """Give the acting person; None, the system itself, where no name is given.

    :raises Refused: if there is nobody of this name
    """
    if name is None:
        return None
    try:
        return User.objects.get(username=name, is_active=True)
    except User.DoesNotExist as error:
        raise Refused(_("没有叫 %(name)s 的人员") % {"name": name}) from error


def answered[T](act: Callable[[], T]) -> T:
    """Do the act; turn what refuses it into words.

    :raises Refused: with the reason
    """
    try:
        return act()
    except (SubjectError, OrderRefusedError) as error:
        raise Refused(str(error)) from error
