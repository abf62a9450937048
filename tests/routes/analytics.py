"""Who may open what: figures, findings, lists, reports."""

from tests.routes.row import Route, order_key

ROUTES: dict[str, Route] = {
    "morning": Route("analytics.view", get=200),
    "morning_trend_csv": Route("analytics.export", get=200),
    "morning_heat_csv": Route("analytics.export", get=200),
    # --- profit
    "analytics:profit": Route("analytics.view_profit", get=200),
    "analytics:profit_csv": Route("analytics.export", get=200),
    "analytics:order_profit": Route("analytics.view_profit", get=404, kwargs=order_key),
    "analytics:statement": Route("analytics.view_profit", get=200, post=422),
    "analytics:statement_file": Route("analytics.export", get=200, kwargs=lambda: {"form": "csv"}),
    "analytics_api:statement": Route("analytics.view_profit", get=200),
}
