"""Who may open what: figures, findings, lists, reports."""

from tests.routes.row import Route


def _report() -> dict[str, object]:
    return {"report_id": 0}


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
