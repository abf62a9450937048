"""Who may open what: figures, findings, lists, reports."""

from tests.routes.row import Route

ROUTES: dict[str, Route] = {
    "morning": Route("analytics.view", get=200),
    "morning_trend_csv": Route("analytics.export", get=200),
    "morning_heat_csv": Route("analytics.export", get=200),
}
