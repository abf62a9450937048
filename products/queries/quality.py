"""Quality per SKU on its newest day: counts and people first."""

from datetime import date

from django.db.models import ExpressionWrapper, F, IntegerField, Q, QuerySet

from products.models import QualityRecord, Sku

FAULTY = Q(quality_returned__gt=0) | Q(wrong_pieces__gt=0) | Q(damaged__gt=0)


def newest_day() -> date | None:
    """Give the newest day that was worked out; None before the first."""
    return QualityRecord.objects.order_by("-date").values_list("date", flat=True).first()


def of_day(day: date) -> QuerySet[QualityRecord]:
    """Give a day's records with their count of faults, most faults first."""
    faults = F("quality_returned") + F("wrong_pieces") + F("damaged")
    return (
        QualityRecord.objects.filter(date=day)
        .select_related("sku__product")
        .annotate(fault_count=ExpressionWrapper(faults, output_field=IntegerField()))
        .order_by("-fault_count", "-complaining_people", "pk")
    )


def with_faults(day: date) -> QuerySet[QualityRecord]:
    """Give a day's records of SKUs of which anything came back or anybody complained."""
    return of_day(day).filter(Q(returned__gt=0) | Q(complaints__gt=0) | FAULTY)


def worst(*, limit: int) -> list[QualityRecord] | None:
    """Give the records with faults of the newest day, worst first; None before the first day."""
    day = newest_day()
    if day is None:
        return None
    return list(of_day(day).filter(FAULTY)[:limit])


def history(sku: Sku) -> list[QualityRecord]:
    """Give the records of one SKU, oldest first, at most a year."""
    return list(QualityRecord.objects.filter(sku=sku).order_by("-date")[:366])[::-1]
