"""Addresses of issues and lists."""

from django.urls import path

from shopops.checks.views import findings, lists, overview, projects

app_name = "checks"

urlpatterns = [
    path("findings/", findings.findings, name="findings"),
    path("findings/bulk/", findings.bulk, name="bulk"),
    path("findings/<int:issue_id>/", findings.finding, name="finding"),
    path("lists/", lists.my_lists, name="lists"),
    path("lists/overview/", overview.overview, name="overview"),
    path("lists/projects/", projects.projects, name="projects"),
    path("lists/projects/<int:project_id>/", projects.project, name="project"),
    path("lists/projects/proof/<int:item_id>/", projects.proof, name="proof"),
    path(
        "lists/projects/templates/<slug:code>/", projects.project_template, name="project_template"
    ),
    path("lists/templates/<slug:role>/", overview.template, name="template"),
    path("lists/pictures/<int:item_id>/", lists.item_picture, name="item_picture"),
    path("lists/<slug:role>/<str:day>/", lists.one_list, name="list"),
]
