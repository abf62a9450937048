"""Who may open what: customers, members, campaigns, reviews, service desk."""

from typing import Any

from tests.routes.row import Route


def segment_key() -> dict[str, Any]:
    return {"segment_id": 0}


def campaign_key() -> dict[str, Any]:
    return {"campaign_id": 0}


ROUTES: dict[str, Route] = {
    # --- reviews, follow-ups, answers
    "crm_api:reviews": Route("crm.reviews", get=200),
    "crm_api:tasks": Route("crm.edit", get=200),
    "crm_api:answers": Route("crm.view", get=200),
    "crm:tasks": Route("crm.edit", get=200, post=200),
    "crm:task": Route("crm.edit", get=404, post=404, kwargs=lambda: {"task_id": 0}),
    "crm:reviews": Route("crm.reviews", get=200, post=200),
    "crm:review": Route("crm.reviews", get=404, post=404, kwargs=lambda: {"review_id": 0}),
    "crm:review_topics": Route("crm.reviews", get=200),
    "crm:malice_files": Route("crm.reviews", get=200),
    "crm:malice_file": Route("crm.reviews", get=404, post=404, kwargs=lambda: {"file_id": 0}),
    "crm:malice_export": Route(
        "crm.reviews", get=404, kwargs=lambda: {"file_id": 0, "form": "pdf"}
    ),
    "crm:malice_proof": Route("crm.reviews", get=404, kwargs=lambda: {"proof_id": 0}),
    "crm:answers": Route("crm.view", get=200, post={200, 422}),
    "crm:questions": Route("crm.view", get=200, post=200),
    "crm:answer": Route("crm.view", get=404, post=404, kwargs=lambda: {"answer_id": 0}),
    # --- service desk
    "crm:agents": Route("crm.view_own_figures", get=200),
    "crm:agent": Route("crm.view_own_figures", get={403, 404}, kwargs=lambda: {"agent_id": 0}),
    "crm:agent_enter": Route("crm.lead_service", get=404, post=404, kwargs=lambda: {"agent_id": 0}),
    "crm:service_settings": Route("crm.lead_service", get=200, post=200),
    "crm:bonus": Route("crm.view_own_figures", get=200, post={302, 403}),
    "crm:bonus_rule": Route("crm.lead_service", get=200, post=200),
    "crm:bonus_sheet": Route(
        "crm.view_own_figures", get=404, post=404, kwargs=lambda: {"sheet_id": 0}
    ),
    "crm:bonus_export": Route("crm.view_own_figures", get=404, kwargs=lambda: {"sheet_id": 0}),
    "crm:training": Route("crm.view_own_figures", get=200),
    "crm:exam_new": Route("crm.lead_service", get=200, post=200),
    "crm:exam": Route("crm.view_own_figures", get=404, post=404, kwargs=lambda: {"exam_id": 0}),
    "crm:exam_edit": Route("crm.lead_service", get=404, post=404, kwargs=lambda: {"exam_id": 0}),
    "crm:exam_result": Route("crm.view_own_figures", get=404, kwargs=lambda: {"result_id": 0}),
    "crm:agent_customers": Route("crm.view_own_figures", get=200, post={302, 403}),
    "crm_api:agents": Route("crm.view_own_figures", get=200),
    "crm_api:agent_days": Route("crm.lead_service", post=400),
    "crm_api:bonus": Route("crm.view_own_figures", get=200, post={400, 403}),
    "crm_api:bonus_line": Route("crm.lead_service", post=400, kwargs=lambda: {"line_id": 0}),
    "crm_api:exam_results": Route("crm.view_own_figures", get=200),
    # --- segments and campaigns
    "crm:segments": Route("crm.campaign", get=200),
    "crm:new_segment": Route("crm.campaign", get=200, post=422),
    "crm:segment_live": Route("crm.campaign", post=200),
    "crm:segment": Route("crm.campaign", get=404, post=404, kwargs=segment_key),
    "crm:segment_away": Route("crm.campaign", post=404, kwargs=segment_key),
    "crm:campaigns": Route("crm.campaign", get=200),
    "crm:campaign_compare": Route("crm.campaign", get=200),
    "crm:campaign_compare_csv": Route("crm.campaign", get=200),
    "crm:new_campaign": Route("crm.campaign", get=200, post=422),
    "crm:campaign_text": Route("crm.campaign", post=200),
    "crm:campaign": Route("crm.campaign", get=404, kwargs=campaign_key),
    "crm:edit_campaign": Route("crm.campaign", get=404, post=404, kwargs=campaign_key),
    "crm:campaign_people": Route("crm.campaign", get=404, kwargs=campaign_key),
    "crm:campaign_csv": Route("crm.campaign", get=404, kwargs=campaign_key),
    "crm:campaign_file": Route("crm.send", post=404, kwargs=campaign_key),
    "crm:campaign_act": Route(
        "crm.campaign", post=404, kwargs=lambda: {**campaign_key(), "what": "pause"}
    ),
    "crm:campaign_send": Route(
        "crm.send", post=404, kwargs=lambda: {**campaign_key(), "what": "approve"}
    ),
    "crm:replies": Route("crm.campaign", get=200, post=422),
    "crm:message_rules": Route("crm.campaign", get=200, post={403, 422}),
    "crm_api:segments": Route("crm.campaign", get=200, post=400),
    "crm_api:segment_count": Route("crm.campaign", post=400),
    "crm_api:segment": Route("crm.campaign", post=400, kwargs=segment_key),
    "crm_api:campaigns": Route("crm.campaign", get=200),
    "crm_api:result": Route("crm.campaign", get=404, kwargs=campaign_key),
    "crm_api:stop": Route("crm.campaign", post=400, kwargs=campaign_key),
    "crm_api:replies": Route("crm.campaign", post=400),
    # --- customers
    "crm:customers": Route("crm.view", get=200),
    "crm:rfm": Route("crm.view", get=200, post=200),
    "crm:tags": Route("crm.view", get=200, post=200),
    "crm:customer": Route("crm.view", get=404, post=404, kwargs=lambda: {"pk": 0}),
    "crm:merge": Route("crm.merge", get=404, post=302, kwargs=lambda: {"pk": 0}),
    "crm_api:customers": Route("crm.view", get=200),
    "crm_api:value": Route("crm.view", get=404),
    "crm_api:put_tag": Route("crm.edit", post=400, kwargs=lambda: {"customer_id": 0}),
    # --- members: tiers, points, occasions, draws
    "crm:tiers": Route("crm.view", get=200),
    "crm:tier_edit": Route("crm.set_tiers", get=200, post=422),
    "crm:points": Route("crm.view", get=200, post=200),
    "crm:occasions": Route("crm.view", get=200, post=200),
    "crm:occasion": Route("crm.view", get=404, post=404, kwargs=lambda: {"occasion_id": 0}),
    "crm:draws": Route("crm.view", get=200, post=200),
    "crm:draw": Route("crm.view", get=404, post=404, kwargs=lambda: {"draw_id": 0}),
    "crm:draw_proof": Route("crm.view", get=404, kwargs=lambda: {"draw_id": 0}),
    "crm_api:tiers": Route("crm.view", get=200),
    "crm_api:points": Route("crm.view", get=404, kwargs=lambda: {"customer_id": 0}),
    "crm_api:spend_points": Route("crm.edit", post=400, kwargs=lambda: {"customer_id": 0}),
    "crm_api:adjust_points": Route("crm.points", post=400, kwargs=lambda: {"customer_id": 0}),
    "crm_api:occasions": Route("crm.view", get=200),
    "crm_api:draws": Route("crm.view", get=200),
    "crm_api:enter_draw": Route("crm.edit", post=400, kwargs=lambda: {"draw_id": 0}),
}
