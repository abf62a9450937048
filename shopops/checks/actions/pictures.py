"""The pictures that prove ticks: read, written anew, kept encrypted."""

from collections.abc import Iterable
from itertools import chain

from shopops.checks.errors import ChecksRefusedError
from shopops.checks.models import DailyItem, ProjectItem
from shopops.lib import pictures


def keep_picture(data: bytes) -> str:
    """Keep a picture that was sent; empty bytes are none.

    :raises ChecksRefusedError: if the file is no picture that we take
    """
    if not data:
        return ""
    try:
        return pictures.keep(pictures.read_picture(data))
    except pictures.NotAPictureError as error:
        raise ChecksRefusedError(str(error), field="picture") from error


def kept_names(names: Iterable[str]) -> set[str]:
    """Give those among `names` that prove a tick. Asked once an hour."""
    wanted = set(names)
    if not wanted:
        return set()
    paths = chain(
        DailyItem.objects.exclude(picture="").values_list("picture", flat=True),
        ProjectItem.objects.exclude(proof="").values_list("proof", flat=True),
    )
    return {name for path in paths for name in pictures.names(path) if name in wanted}
