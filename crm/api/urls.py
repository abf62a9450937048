"""Addresses of customer work for programs."""

from django.urls import URLPattern, path

from crm.api import campaigns, customers, service

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

_campaigns: list[URLPattern] = [
    path("segments/", campaigns.Segments.as_view(), name="segments"),
    path("segments/count/", campaigns.Count.as_view(), name="segment_count"),
    path("segments/<int:segment_id>/", campaigns.OneSegment.as_view(), name="segment"),
    path("campaigns/", campaigns.Campaigns.as_view(), name="campaigns"),
    path("campaigns/<int:campaign_id>/result/", campaigns.OneResult.as_view(), name="result"),
    path("campaigns/<int:campaign_id>/stop/", campaigns.Stop.as_view(), name="stop"),
    path("replies/", campaigns.Replies.as_view(), name="replies"),
]

urlpatterns: list[URLPattern] = [*_customers, *_service, *_campaigns]
