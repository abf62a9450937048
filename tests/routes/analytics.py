"""Who may open what: figures, findings, lists, reports."""

from tests.routes.row import Route

ROUTES: dict[str, Route] = {
    "morning": Route("analytics.view", get=200),
    "morning_trend_csv": Route("analytics.export", get=200),
    "morning_heat_csv": Route("analytics.export", get=200),
    # --- scores and experience
    "analytics:dsr": Route("analytics.view", get=200, post={200, 403}),
    "analytics:dsr_csv": Route("analytics.export", get=200),
    "analytics:rating_away": Route("analytics.enter", post=404, kwargs=lambda: {"rating_id": 0}),
    "analytics:experience": Route("analytics.view", get=200, post={200, 403}),
    "analytics:experience_csv": Route("analytics.export", get=200),
    "analytics:experience_causes": Route(
        "analytics.view", get=200, kwargs=lambda: {"code": "first_defect"}
    ),
    "analytics:experience_causes_csv": Route(
        "analytics.export", get=200, kwargs=lambda: {"code": "first_defect"}
    ),
    "analytics_api:dsr": Route("analytics.view", get=400),
    "analytics_api:dsr_words": Route("analytics.enter", post=400),
    "analytics_api:dsr_solver": Route("analytics.view", get=400),
    "analytics_api:experience": Route("analytics.view", get=400),
}
