"""Addresses of customer work for programs."""

from django.urls import URLPattern, path

from crm.api import customers, service

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

urlpatterns: list[URLPattern] = [*_customers, *_service]
