"""Who may open what: issues and lists."""

from tests.routes.row import Route


def _issue() -> dict[str, object]:
    return {"issue_id": 0}


def _item() -> dict[str, object]:
    return {"item_id": 0}


ROUTES: dict[str, Route] = {
    "checks:findings": Route("checks.view", get=200),
    "checks:bulk": Route("checks.view", post=302),
    "checks:finding": Route("checks.view", get=404, post=404, kwargs=_issue),
    "checks:lists": Route("checks.view", get=200, post=200),
    "checks:list": Route(
        "checks.view", get=404, post=404, kwargs=lambda: {"role": "manager", "day": "2026-09-17"}
    ),
    "checks:item_picture": Route("checks.view", get=404, kwargs=_item),
    "checks:overview": Route("checks.assign", get=200),
    "checks:template": Route(
        "checks.set_lists", get=200, post=200, kwargs=lambda: {"role": "manager"}
    ),
    "checks:projects": Route("checks.view", get=200, post=422),
    "checks:project": Route("checks.view", get=404, post=404, kwargs=lambda: {"project_id": 0}),
    "checks:proof": Route("checks.view", get=404, kwargs=_item),
    "checks:project_template": Route(
        "checks.set_lists", get=200, post=200, kwargs=lambda: {"code": "promotion"}
    ),
    # --- for programs
    "checks_api:findings": Route("checks.view", get=200),
    "checks_api:acknowledge": Route("checks.view", post=404, kwargs=_issue),
    "checks_api:assign": Route("checks.assign", post=404, kwargs=_issue),
    "checks_api:note": Route("checks.view", post=404, kwargs=_issue),
    "checks_api:look_again": Route("checks.view", post=404, kwargs=_issue),
    "checks_api:lists": Route("checks.view", get=200),
    "checks_api:tick": Route("checks.view", post=404, kwargs=_item),
    "checks_api:once": Route("checks.view", get=200),
    "checks_api:finish": Route("checks.view", post=404, kwargs=_item),
    "checks_api:sign": Route("checks.view", post=404, kwargs=lambda: {"list_id": 0}),
}
