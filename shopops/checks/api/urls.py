"""Addresses of issues and lists for programs."""

from django.urls import URLPattern, path

from shopops.checks.api import findings, lists, projects

app_name = "checks_api"

urlpatterns: list[URLPattern] = [
    path("findings/", findings.Findings.as_view(), name="findings"),
    path(
        "findings/<int:issue_id>/acknowledge/",
        findings.Acknowledge.as_view(),
        name="acknowledge",
    ),
    path("findings/<int:issue_id>/assign/", findings.Assign.as_view(), name="assign"),
    path("findings/<int:issue_id>/note/", findings.NoteFinding.as_view(), name="note"),
    path("findings/<int:issue_id>/look/", findings.LookAgain.as_view(), name="look_again"),
    path("lists/", lists.Lists.as_view(), name="lists"),
    path("lists/items/<int:item_id>/tick/", lists.TickLine.as_view(), name="tick"),
    path("lists/once/", projects.OnceLists.as_view(), name="once"),
    path("lists/once/items/<int:item_id>/finish/", projects.FinishLine.as_view(), name="finish"),
    path("lists/<int:list_id>/sign/", lists.SignList.as_view(), name="sign"),
]
