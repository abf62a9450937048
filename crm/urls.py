"""Addresses of customer work: one block per topic."""

from django.urls import URLPattern, path

from crm import desk_urls, service_urls
from crm.views import (
    campaign,
    campaign_form,
    campaigns,
    customer,
    customers,
    draws,
    merging,
    messaging,
    occasions,
    points,
    segments,
    tags,
    tiers,
    value,
)

app_name = "crm"

CUSTOMERS: list[URLPattern] = [
    path("customers/", customers.customers, name="customers"),
    path("customers/value/", value.value, name="rfm"),
    path("customers/tags/", tags.tag_list, name="tags"),
    path("customers/<int:pk>/", customer.customer, name="customer"),
    path("customers/<int:pk>/merge/", merging.merge, name="merge"),
]

CAMPAIGNS: list[URLPattern] = [
    path("crm/segments/", segments.segments, name="segments"),
    path("crm/segments/new/", segments.new_segment, name="new_segment"),
    path("crm/segments/live/", segments.live, name="segment_live"),
    path("crm/segments/<int:segment_id>/", segments.segment, name="segment"),
    path("crm/segments/<int:segment_id>/away/", segments.put_away, name="segment_away"),
    path("crm/campaigns/", campaigns.campaigns, name="campaigns"),
    path("crm/campaigns/compare/", campaigns.compare, name="campaign_compare"),
    path("crm/campaigns/compare.csv", campaigns.compare_csv, name="campaign_compare_csv"),
    path("crm/campaigns/new/", campaign_form.new_campaign, name="new_campaign"),
    path("crm/campaigns/text/", campaign_form.text_length, name="campaign_text"),
    path("crm/campaigns/<int:campaign_id>/", campaign.campaign, name="campaign"),
    path(
        "crm/campaigns/<int:campaign_id>/edit/", campaign_form.edit_campaign, name="edit_campaign"
    ),
    path("crm/campaigns/<int:campaign_id>/people/", campaign.people, name="campaign_people"),
    path("crm/campaigns/<int:campaign_id>/result.csv", campaign.result_csv, name="campaign_csv"),
    path("crm/campaigns/<int:campaign_id>/file/", campaign.upload_file, name="campaign_file"),
    path("crm/campaigns/<int:campaign_id>/act/<slug:what>/", campaign.act, name="campaign_act"),
    path(
        "crm/campaigns/<int:campaign_id>/send/<slug:what>/", campaign.release, name="campaign_send"
    ),
    path("crm/replies/", messaging.replies, name="replies"),
    path("settings/messages/", messaging.message_rules, name="message_rules"),
]

MEMBERS: list[URLPattern] = [
    path("crm/tiers/", tiers.tier_list, name="tiers"),
    path("crm/tiers/edit/", tiers.tier_edit, name="tier_edit"),
    path("crm/points/", points.point_list, name="points"),
    path("crm/occasions/", occasions.occasion_list, name="occasions"),
    path("crm/occasions/<int:occasion_id>/", occasions.occasion, name="occasion"),
    path("crm/draws/", draws.draw_list, name="draws"),
    path("crm/draws/<int:draw_id>/", draws.draw, name="draw"),
    path("crm/draws/<int:draw_id>/proof/", draws.draw_proof, name="draw_proof"),
]

urlpatterns: list[URLPattern] = [
    *CUSTOMERS,
    *service_urls.urlpatterns,
    *desk_urls.urlpatterns,
    *CAMPAIGNS,
    *MEMBERS,
]
