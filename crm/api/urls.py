"""Addresses of customer work for programs."""

from django.urls import URLPattern, path

from crm.api import campaigns, customers, desk, members, service

app_name = "crm_api"

_customers: list[URLPattern] = [
    path("customers/", customers.Customers.as_view(), name="customers"),
    path("customers/value/", customers.Value.as_view(), name="value"),
    path("customers/<int:customer_id>/tags/", customers.PutTag.as_view(), name="put_tag"),
]

_service: list[URLPattern] = [
    path("service/agents/", service.Agents.as_view(), name="agents"),
    path("service/agents/days/", service.AgentDays.as_view(), name="agent_days"),
    path("service/bonus/", service.Bonus.as_view(), name="bonus"),
    path("service/bonus/lines/<int:line_id>/", service.BonusLine.as_view(), name="bonus_line"),
    path("service/exams/results/", service.ExamResults.as_view(), name="exam_results"),
]

_desk: list[URLPattern] = [
    path("service/reviews/", desk.Reviews.as_view(), name="reviews"),
    path("service/tasks/", desk.FollowTasks.as_view(), name="tasks"),
    path("service/answers/", desk.Answers.as_view(), name="answers"),
]

_campaigns: list[URLPattern] = [
    path("segments/", campaigns.Segments.as_view(), name="segments"),
    path("segments/count/", campaigns.Count.as_view(), name="segment_count"),
    path("segments/<int:segment_id>/", campaigns.OneSegment.as_view(), name="segment"),
    path("campaigns/", campaigns.Campaigns.as_view(), name="campaigns"),
    path("campaigns/<int:campaign_id>/result/", campaigns.OneResult.as_view(), name="result"),
    path("campaigns/<int:campaign_id>/stop/", campaigns.Stop.as_view(), name="stop"),
    path("replies/", campaigns.Replies.as_view(), name="replies"),
]

_members: list[URLPattern] = [
    path("tiers/", members.Tiers.as_view(), name="tiers"),
    path("customers/<int:customer_id>/points/", members.Points.as_view(), name="points"),
    path(
        "customers/<int:customer_id>/points/spend/",
        members.SpendPoints.as_view(),
        name="spend_points",
    ),
    path(
        "customers/<int:customer_id>/points/adjust/",
        members.AdjustPoints.as_view(),
        name="adjust_points",
    ),
    path("occasions/", members.Occasions.as_view(), name="occasions"),
    path("draws/", members.Draws.as_view(), name="draws"),
    path("draws/<int:draw_id>/entries/", members.EnterDraw.as_view(), name="enter_draw"),
]

urlpatterns: list[URLPattern] = [*_customers, *_service, *_desk, *_campaigns, *_members]
