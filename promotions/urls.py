"""Addresses of promotions: one list per topic, so that topics grow apart from each other."""

from django.urls import URLPattern, path

from promotions.views import ad_pages, ad_tables, affiliates, channel_accounts, channels

app_name = "promotions"

urlpatterns: list[URLPattern] = [
    # --- paid traffic
    path("channels/", channels.dashboard, name="channels"),
    path("channels/plans/", ad_tables.plan_table, name="plans"),
    path("channels/plans.<slug:form>", ad_tables.plan_export, name="plans_export"),
    path("channels/plans/<int:plan_id>/", ad_pages.plan_page, name="plan"),
    path("channels/items/", ad_tables.item_table, name="ad_items"),
    path("channels/items.<slug:form>", ad_tables.item_export, name="ad_items_export"),
    path("channels/items/<path:item_no>/", ad_pages.item_page, name="ad_item"),
    path("channels/affiliates/", affiliates.affiliates, name="affiliates"),
    path("channels/affiliates.<slug:form>", affiliates.affiliates_export, name="affiliates_export"),
    path("channels/accounts/", channel_accounts.accounts, name="channel_accounts"),
    path("channels/reports/", channel_accounts.reports, name="channel_reports"),
]
