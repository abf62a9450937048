"""The one place that locks reviews, their cases and the files against malicious ones."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from crm.actions.desk_errors import StaleServiceError
from crm.models import MaliceFile, Review, ReviewCase


def locked_reviews(ids: Sequence[int]) -> list[Review]:
    """Lock reviews by key until the end of the transaction."""
    rows = Review.objects.select_for_update(of=("self",)).filter(pk__in=ids)
    return list(rows.order_by("pk"))


def locked_cases(ids: Sequence[int]) -> list[ReviewCase]:
    """Lock cases of reviews by key until the end of the transaction."""
    rows = ReviewCase.objects.select_for_update(of=("self",)).filter(pk__in=ids)
    return list(rows.select_related("review", "owner", "answered_by").order_by("pk"))


def locked_case(*, review_id: int, version: int | None) -> ReviewCase:
    """Lock the case of a review. `version`: what the person saw; None for who saw nothing.

    :raises ReviewCase.DoesNotExist: if the review has none
    :raises StaleServiceError: if it changed since that version
    """
    rows = ReviewCase.objects.select_for_update(of=("self",))
    case = rows.select_related("review", "owner", "answered_by").get(review_id=review_id)
    if version is not None and case.version != version:
        raise StaleServiceError(_("这条评价"))
    return case


def locked_file(*, file_id: int, version: int | None) -> MaliceFile:
    """Lock the file against a malicious review.

    :raises MaliceFile.DoesNotExist: if there is none
    :raises StaleServiceError: if it changed since that version
    """
    row = (
        MaliceFile.objects.select_for_update(of=("self",)).select_related("review").get(pk=file_id)
    )
    if version is not None and row.version != version:
        raise StaleServiceError(_("这份证据"))
    return row
