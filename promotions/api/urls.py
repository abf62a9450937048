"""Addresses of promotions for programs."""

from django.urls import URLPattern, path

from promotions.api import activities

app_name = "promotions_api"

_activities: list[URLPattern] = [
    path("activities/", activities.Activities.as_view(), name="activities"),
    path("activities/new/", activities.NewActivity.as_view(), name="new_activity"),
    path("activities/<int:activity_id>/", activities.OneActivity.as_view(), name="activity"),
    path(
        "activities/<int:activity_id>/move/",
        activities.MoveActivity.as_view(),
        name="move_activity",
    ),
    path("activities/<int:activity_id>/dates/", activities.MoveDates.as_view(), name="move_dates"),
    path("activities/<int:activity_id>/items/", activities.PutItems.as_view(), name="put_items"),
    path(
        "activities/<int:activity_id>/check/",
        activities.CheckActivity.as_view(),
        name="check_activity",
    ),
    path(
        "activities/<int:activity_id>/publish/",
        activities.PublishActivity.as_view(),
        name="publish_activity",
    ),
    path(
        "activities/<int:activity_id>/approve/",
        activities.ApproveActivity.as_view(),
        name="approve_activity",
    ),
]

urlpatterns: list[URLPattern] = [*_activities]
