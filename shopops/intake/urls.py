"""Addresses of the imports pages."""

from django.urls import path

from shopops.intake import views

app_name = "intake"

urlpatterns = [
    path("", views.imports, name="imports"),
    path("upload/", views.upload, name="upload"),
    path("<int:batch_id>/", views.batch, name="batch"),
    path("<int:batch_id>/progress/", views.progress, name="progress"),
    path("<int:batch_id>/commit/", views.commit, name="commit"),
    path("<int:batch_id>/discard/", views.discard, name="discard"),
    path("<int:batch_id>/undo/", views.undo, name="undo"),
    path("<int:batch_id>/errors/", views.errors, name="errors"),
]
