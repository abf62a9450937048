"""Addresses of customer work for programs."""

from django.urls import URLPattern, path

from crm.api import desk

app_name = "crm_api"

urlpatterns: list[URLPattern] = []

# --- reviews, follow-ups, answers
urlpatterns += [
    path("service/reviews/", desk.Reviews.as_view(), name="reviews"),
    path("service/tasks/", desk.FollowTasks.as_view(), name="tasks"),
    path("service/answers/", desk.Answers.as_view(), name="answers"),
]
