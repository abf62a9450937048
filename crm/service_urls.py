"""Addresses of the service desk's figures, bonus sheets, training and old customers."""

from django.urls import URLPattern, path

from crm.views import agent_customers, agents, bonus, service_settings, training

urlpatterns: list[URLPattern] = [
    path("service/agents/", agents.agent_list, name="agents"),
    path("service/agents/<int:agent_id>/", agents.agent, name="agent"),
    path("service/agents/<int:agent_id>/enter/", agents.enter, name="agent_enter"),
    path("service/settings/", service_settings.service_settings, name="service_settings"),
    path("service/bonus/", bonus.bonus, name="bonus"),
    path("service/bonus/rule/", bonus.rule, name="bonus_rule"),
    path("service/bonus/<int:sheet_id>/", bonus.sheet, name="bonus_sheet"),
    path("service/bonus/<int:sheet_id>/export.xlsx", bonus.export, name="bonus_export"),
    path("service/training/", training.training, name="training"),
    path("service/training/new/", training.exam_new, name="exam_new"),
    path("service/training/<int:exam_id>/", training.exam, name="exam"),
    path("service/training/<int:exam_id>/edit/", training.exam_edit, name="exam_edit"),
    path("service/training/results/<int:result_id>/", training.result, name="exam_result"),
    path("service/customers/", agent_customers.agent_customers, name="agent_customers"),
]
