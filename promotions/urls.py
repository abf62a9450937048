"""Addresses of promotions: one list per topic, so that topics grow apart from each other."""

from django.urls import URLPattern, path

from promotions.views import (
    activity,
    activity_form,
    activity_items,
    board,
    calendar,
    profit,
)

app_name = "promotions"

_activities: list[URLPattern] = [
    path("promotions/", calendar.calendar, name="calendar"),
    path("promotions/board/", board.board, name="board"),
    path("promotions/new/", activity_form.new, name="new_activity"),
    path("promotions/a/<int:activity_id>/", activity.activity, name="activity"),
    path("promotions/a/<int:activity_id>/edit/", activity_form.edit, name="edit_activity"),
    path("promotions/a/<int:activity_id>/items/", activity_items.items, name="activity_items"),
    path("settings/profit/", profit.profit, name="profit"),
]

urlpatterns: list[URLPattern] = [*_activities]
