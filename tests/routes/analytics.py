"""Who may open what: figures, findings, lists, reports."""

from collections.abc import Callable
from typing import Any

from tests.routes.row import Route, order_key

BOARDS = (
    "trend",
    "products",
    "regions",
    "hours",
    "customers",
    "cohorts",
    "turnover",
    "returns",
)


def part_key() -> dict[str, Any]:
    return {"part": "nothing-of-the-kind"}


def board_key() -> dict[str, Any]:
    return {"code": "trend"}


def diagnosis_part() -> dict[str, Any]:
    return {**diagnosis_key(), "part": "parts"}


def one_part(part: str, **keys: str) -> Callable[[], dict[str, Any]]:
    return lambda: {"part": part, **keys}


def _report() -> dict[str, object]:
    return {"report_id": 0}


def diagnosis_key() -> dict[str, Any]:
    return {"day": "2026-09-16", "code": "pay_rate"}


ROUTES: dict[str, Route] = {
    "morning": Route("analytics.view", get=200),
    "morning_trend_csv": Route("analytics.export", get=200),
    "morning_heat_csv": Route("analytics.export", get=200),
    # --- where numbers come from, funnel, traffic
    "analytics:lineage": Route("analytics.view", get=200),
    "analytics:enter_day": Route("analytics.enter", get=200, post=422),
    "analytics:funnel": Route("analytics.view", get=200),
    "analytics:funnel_csv": Route("analytics.export", get=200, kwargs=one_part("steps")),
    "analytics:coupons_csv": Route("analytics.export", get=200),
    "analytics:traffic": Route("analytics.view", get=200),
    "analytics:traffic_csv": Route("analytics.export", get=200, kwargs=one_part("sources")),
    # --- dashboards, targets
    **{f"analytics:{code}": Route("analytics.view", get=200) for code in BOARDS},
    **{
        f"analytics:{code}_csv": Route("analytics.export", get=404, kwargs=part_key)
        for code in BOARDS
    },
    "analytics:keep_view": Route("analytics.view", post=302, kwargs=board_key),
    "analytics:orders": Route("analytics.view", get=200),
    "analytics:orders_csv": Route("analytics.export", get=200),
    "analytics:targets": Route("analytics.view", get=200, post={302, 403}),
    "analytics:targets_csv": Route("analytics.export", get=200),
    # what is not as usual, and why
    "analytics:breaks": Route("analytics.view", get=200),
    "analytics:diagnosis": Route("analytics.view", get=200, post=200, kwargs=diagnosis_key),
    "analytics:breaks_csv": Route("analytics.export", get=200, kwargs=one_part("days")),
    "analytics:diagnosis_csv": Route("analytics.export", get=200, kwargs=diagnosis_part),
    "analytics:diagnosis_sources_csv": Route("analytics.export", get=200, kwargs=diagnosis_key),
    "analytics:events": Route("analytics.view", get=200, post=200),
    "analytics_api:breaks": Route("analytics.view", get=200),
    "analytics_api:diagnosis": Route("analytics.view", get=200, kwargs=diagnosis_key),
    # --- scores and experience
    "analytics:dsr": Route("analytics.view", get=200, post={200, 403}),
    "analytics:dsr_csv": Route("analytics.export", get=200, kwargs=one_part("roll")),
    "analytics:rating_away": Route("analytics.enter", post=404, kwargs=lambda: {"rating_id": 0}),
    "analytics:experience": Route("analytics.view", get=200, post={200, 403}),
    "analytics:experience_csv": Route("analytics.export", get=200, kwargs=one_part("indicators")),
    "analytics:experience_causes": Route(
        "analytics.view", get=200, kwargs=lambda: {"code": "first_defect"}
    ),
    "analytics:experience_causes_csv": Route(
        "analytics.export", get=200, kwargs=one_part("causes", code="first_defect")
    ),
    "analytics_api:dsr": Route("analytics.view", get=400),
    "analytics_api:dsr_words": Route("analytics.enter", post=400),
    "analytics_api:dsr_solver": Route("analytics.view", get=400),
    "analytics_api:experience": Route("analytics.view", get=400),
    # --- profit
    "analytics:profit": Route("analytics.view_profit", get=200),
    "analytics:profit_csv": Route("analytics.export", get=200, kwargs=one_part("orders")),
    "analytics:order_profit": Route("analytics.view_profit", get=404, kwargs=order_key),
    "analytics:statement": Route("analytics.view_profit", get=200, post=422),
    "analytics:statement_file": Route("analytics.export", get=200, kwargs=lambda: {"form": "csv"}),
    "analytics_api:statement": Route("analytics.view_profit", get=200),
    # --- reports
    "analytics:reports": Route("analytics.view", get=200, post=200),
    "analytics:report": Route("analytics.view", get=404, post=404, kwargs=_report),
    "analytics:report_sheet": Route("analytics.export", get=404, kwargs=_report),
    "analytics:report_picture": Route("analytics.export", get=404, kwargs=_report),
    "analytics:report_addresses": Route("analytics.reports", get=200, post=200),
    "analytics_api:metrics": Route("analytics.view", get=200),
    "analytics_api:reports": Route("analytics.view", get=200),
    "analytics_api:report": Route("analytics.view", get=404, kwargs=_report),
}
