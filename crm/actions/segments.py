"""Making, changing, counting and putting away segments."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from crm.actions.campaign_errors import CampaignRefusedError
from crm.actions.campaign_locks import locked_segment
from crm.choices import CampaignState
from crm.models import Segment
from crm.queries.segments import Counted, compile_conditions, count_people
from crm.rules.conditions import ConditionError, as_json, parse
from crm.wording.segments import error_words, sentence
from shopops.lib.business_time import business_date
from shopops.staff import operations
from shopops.staff.models import User

OBJECT = "segment"


def checked_conditions(document: object, *, now: datetime) -> dict[str, Any]:
    """Give conditions as they are stored.

    :raises CampaignRefusedError: if they cannot be asked
    """
    try:
        node = parse(document)
        compile_conditions(node, today=business_date(now))
    except ConditionError as error:
        raise CampaignRefusedError(error_words(error), field="conditions") from error
    return as_json(node)


@transaction.atomic
def save_segment(  # noqa: PLR0913
    *,
    segment_id: int | None,
    name: str,
    conditions: object,
    note: str = "",
    version: int = 0,
    by: User,
    now: datetime,
) -> Segment:
    """Make a segment, or change one. It is counted at once.

    :raises Segment.DoesNotExist: if there is none of this id
    :raises StaleCampaignError: if it changed since that version
    :raises CampaignRefusedError: if conditions or name cannot be
    """
    document = checked_conditions(conditions, now=now)
    if not name.strip():
        raise CampaignRefusedError(_("给人群起个名字。"), field="name")
    if segment_id is None:
        row, old = Segment(created_at=now, created_by=by, version=0), {}
    else:
        row = locked_segment(segment_id=segment_id, version=version)
        old = {"name": row.name, "conditions": sentence(parse(row.conditions))}
    row.name, row.note, row.conditions = name.strip()[:60], note.strip()[:200], document
    row.version += 1
    _put_count(row, count_people(parse(document), today=business_date(now)), now)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise CampaignRefusedError(_("已经有叫这个名字的人群。"), field="name") from error
    operations.record(
        name="crm.segment.saved",
        by=by,
        now=now,
        object_type=OBJECT,
        object_key=str(row.pk),
        old=old,
        new={"name": row.name, "conditions": sentence(parse(document))},
    )
    return row


def _put_count(row: Segment, counted: Counted, now: datetime) -> None:
    row.size, row.count_ms, row.counted_at = counted.size, counted.milliseconds, now


def recount(*, segment: Segment, now: datetime) -> Counted:
    """Count again and keep the size; the version stays, for nobody changed anything."""
    counted = count_people(parse(segment.conditions), today=business_date(now))
    Segment.objects.filter(pk=segment.pk).update(
        size=counted.size, count_ms=counted.milliseconds, counted_at=now
    )
    return counted


@transaction.atomic
def put_away(*, segment_id: int, version: int, is_on: bool, by: User, now: datetime) -> Segment:
    """Take a segment out of use, or back.

    :raises CampaignRefusedError: if a campaign that is not over stands on it
    """
    row = locked_segment(segment_id=segment_id, version=version)
    over = (CampaignState.DONE, CampaignState.STOPPED)
    if not is_on and row.campaigns.exclude(state__in=over).exists():
        raise CampaignRefusedError(_("还有没结束的营销在用这个人群。"))
    row.is_on, row.version = is_on, row.version + 1
    row.save(update_fields=["is_on", "version"])
    operations.record(
        name="crm.segment.put_away" if not is_on else "crm.segment.taken_back",
        by=by,
        now=now,
        object_type=OBJECT,
        object_key=str(row.pk),
    )
    return row
