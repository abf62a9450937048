"""Addresses of customer work for programs."""

from django.urls import URLPattern, path

from crm.api import service

app_name = "crm_api"

urlpatterns: list[URLPattern] = []

# --- reviews, follow-ups, answers
urlpatterns += [
    path("service/reviews/", service.Reviews.as_view(), name="reviews"),
    path("service/tasks/", service.FollowTasks.as_view(), name="tasks"),
    path("service/answers/", service.Answers.as_view(), name="answers"),
]
