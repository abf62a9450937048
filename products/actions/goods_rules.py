"""Rules and word list as people change them, and what a new shop begins with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from products.actions.errors import GoodsRefusedError, StaleGoodsError
from products.choices import GoodsRuleCode
from products.models import GoodsRule, ListingWord
from products.queries.goods_rules import rule_in_force
from products.rules import words as word_rules
from products.rules.parameters import PARAMETERS, SINCE, SOURCES, start_parameters
from shopops.lib.business_time import SHANGHAI, business_date
from shopops.staff import operations
from shopops.staff.models import User


@transaction.atomic
def ensure_start_data() -> None:
    """Fill in rules and words where there are none. Safe to run at every start."""
    if not GoodsRule.objects.exists():
        GoodsRule.objects.bulk_create(
            GoodsRule(
                code=code,
                valid_from=SINCE,
                parameters=start_parameters(code),
                source=SOURCES.get(code, ""),
                changed_at=datetime.combine(SINCE, time.min, SHANGHAI),
            )
            for code in PARAMETERS
        )
    if not ListingWord.objects.exists():
        ListingWord.objects.bulk_create(
            ListingWord(
                word=rule.word,
                reason=rule.reason,
                exemptions=list(rule.exemptions),
                valid_from=rule.valid_from,
                source=word_rules.SOURCE,
            )
            for rule in word_rules.START_WORDS
        )


@transaction.atomic
def change_rule(
    *, code: GoodsRuleCode, parameters: dict[str, Any], version: str, by: User, now: datetime
) -> GoodsRule:
    """Change what goods are judged by, from today on; what counted before stays as a row.

    :param version: what the person saw (`RuleInForce.version`)
    :raises StaleGoodsError: if a colleague changed it since
    :raises GoodsRefusedError: if the figures contradict one another
    """
    today = business_date(now)
    _locked_rules(code=code)
    current = rule_in_force(code, day=today)
    if current.version != version:
        raise StaleGoodsError(str(code.label))
    if code == GoodsRuleCode.QUALITY and parameters["off_rate"] >= parameters["on_rate"]:
        raise GoodsRefusedError(_("关掉二检的线要低于打开的线，不然会来回跳。"))
    row, made = GoodsRule.objects.get_or_create(
        code=code,
        valid_from=today,
        defaults={"parameters": parameters, "changed_at": now, "changed_by": by},
    )
    if not made:
        row.parameters, row.version = parameters, row.version + 1
        row.changed_at, row.changed_by = now, by
        row.save(update_fields=["parameters", "version", "changed_at", "changed_by"])
    operations.record(
        name="products.rule.changed",
        by=by,
        now=now,
        object_type="goods_rule",
        object_key=code,
        old=current.parameters,
        new=parameters,
    )
    return row


@dataclass(frozen=True, slots=True)
class Word:
    """One row of the word list as a person writes it."""

    word: str
    reason: str
    category: str
    is_forbidden: bool
    exemptions: Sequence[str]
    valid_from: date
    source: str


@transaction.atomic
def add_word(*, given: Word, by: User, now: datetime) -> ListingWord:
    """Add a word to the list.

    :raises GoodsRefusedError: if the same word already counts for the same category
    """
    same = ListingWord.objects.filter(
        word=given.word,
        category=given.category,
        is_forbidden=given.is_forbidden,
        valid_to__isnull=True,
    )
    if same.exists():
        raise GoodsRefusedError(_("「%(word)s」已经在词表里了。") % {"word": given.word})
    row = ListingWord.objects.create(
        word=given.word,
        reason=given.reason,
        category=given.category,
        is_forbidden=given.is_forbidden,
        exemptions=list(given.exemptions),
        valid_from=given.valid_from,
        source=given.source,
    )
    _record("products.word.added", row, by, now)
    return row


@transaction.atomic
def change_word(
    *,
    word_id: int,
    reason: str,
    exemptions: Sequence[str],
    version: int,
    by: User,
    now: datetime,
) -> ListingWord:
    """Change why a word is on the list and what makes it harmless.

    :raises ListingWord.DoesNotExist: if it is not on the list (any more)
    :raises StaleGoodsError: if a colleague changed it since `version`
    """
    row = _locked_word(word_id=word_id, version=version)
    row.reason, row.exemptions, row.version = reason, list(exemptions), row.version + 1
    row.save(update_fields=["reason", "exemptions", "version"])
    _record("products.word.changed", row, by, now)
    return row


@transaction.atomic
def end_word(*, word_id: int, version: int, by: User, now: datetime) -> ListingWord:
    """Take a word off the list; one that counted before today keeps its time as a row.

    :raises ListingWord.DoesNotExist: if it is not on the list (any more)
    :raises StaleGoodsError: if a colleague changed it since `version`
    """
    row = _locked_word(word_id=word_id, version=version)
    row.valid_to, row.version = max(business_date(now), row.valid_from), row.version + 1
    row.save(update_fields=["valid_to", "version"])
    _record("products.word.ended", row, by, now)
    return row


def _locked_rules(*, code: GoodsRuleCode) -> list[GoodsRule]:
    return list(GoodsRule.objects.select_for_update().filter(code=code).order_by("pk"))


def _locked_word(*, word_id: int, version: int) -> ListingWord:
    row = ListingWord.objects.select_for_update().get(pk=word_id, valid_to__isnull=True)
    if row.version != version:
        raise StaleGoodsError(row.word)
    return row


def _record(name: str, row: ListingWord, by: User, now: datetime) -> None:
    operations.record(
        name=name,
        by=by,
        now=now,
        object_type="listing_word",
        object_key=row.word,
        new={"exemptions": row.exemptions, "category": row.category},
        reason=row.reason,
    )
