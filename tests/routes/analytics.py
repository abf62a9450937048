"""Who may open what: figures, findings, lists, reports."""

from typing import Any

from tests.routes.row import Route

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


ROUTES: dict[str, Route] = {
    "morning": Route("analytics.view", get=200),
    "morning_trend_csv": Route("analytics.export", get=200),
    "morning_heat_csv": Route("analytics.export", get=200),
    # --- where numbers come from, funnel, traffic
    "analytics:lineage": Route("analytics.view", get=200),
    "analytics:enter_day": Route("analytics.enter", get=200, post=422),
    "analytics:funnel": Route("analytics.view", get=200),
    "analytics:funnel_csv": Route("analytics.export", get=200),
    "analytics:traffic": Route("analytics.view", get=200),
    "analytics:traffic_csv": Route("analytics.export", get=200),
    # --- dashboards, targets
    **{f"analytics:{code}": Route("analytics.view", get=200) for code in BOARDS},
    **{
        f"analytics:{code}_csv": Route("analytics.export", get=404, kwargs=part_key)
        for code in BOARDS
    },
    "analytics:keep_view": Route("analytics.view", post=302, kwargs=board_key),
    "analytics:orders": Route("analytics.view", get=200),
    "analytics:targets": Route("analytics.view", get=200, post={302, 403}),
    "analytics:targets_csv": Route("analytics.export", get=200),
}
