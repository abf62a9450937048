"""Who may open what: figures, findings, lists, reports."""

from tests.routes.row import Route

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
}
