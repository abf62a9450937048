"""Addresses of promotions for programs."""

from django.urls import URLPattern, path

from promotions.api import channels

app_name = "promotions_api"

urlpatterns: list[URLPattern] = [
    # --- paid traffic
    path("channels/", channels.ChannelDays.as_view(), name="channels"),
    path("channels/plans/", channels.Plans.as_view(), name="plans"),
    path("channels/items/", channels.Items.as_view(), name="ad_items"),
    path("channels/balances/", channels.NoteBalance.as_view(), name="note_balance"),
]
