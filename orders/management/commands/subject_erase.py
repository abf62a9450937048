"""`manage.py subject_erase KEY`: forget one person; the trade record stays under a pseudonym."""

from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone

from orders.actions.subjects import erase_subject
from orders.management.subjects import add_subject_options, answered, person_of
from orders.queries.subjects import SubjectError, find_subject, mentions, telling_texts
from shopops.lib.commands import JsonCommand


class Command(JsonCommand):
    help = (
        "Erase contacts, member name and words of one person, then look through the whole database for "
        "what is left of them. Asked again, it changes nothing. Backups are not reached."
    )

    def add_options(self, parser: CommandParser) -> None:
        add_subject_options(parser)

    def answer(
        self,
        *,
        key: str,
        person: str | None,
        reason: str,
        **_options: Any,  # noqa: ANN401
    ) -> dict[str, Any]:
        by = person_of(person)
        try:
            texts = telling_texts(find_subject(key))
        except SubjectError:
            texts = []  # the act itself says what there is to say
        erased = answered(lambda: erase_subject(key=key, reason=reason, by=by, now=timezone.now()))
        left = mentions([] if erased.already else texts)
        return {**erased.as_json(), "remaining": left, "failed": bool(left)}
