"""Addresses of the pages of figures, a block for each topic."""

from django.urls import URLPattern, URLResolver, path

from analytics.views import dsr, experience

app_name = "analytics"

_dsr: list[URLPattern] = [
    path("dsr/", dsr.dsr, name="dsr"),
    path("dsr/csv/", dsr.dsr_csv, name="dsr_csv"),
    path("dsr/ratings/<int:rating_id>/away/", dsr.rating_away, name="rating_away"),
    path("experience/", experience.experience, name="experience"),
    path("experience/csv/", experience.experience_csv, name="experience_csv"),
    path("experience/<slug:code>/", experience.causes, name="experience_causes"),
    path("experience/<slug:code>/csv/", experience.causes_csv, name="experience_causes_csv"),
]

urlpatterns: list[URLPattern | URLResolver] = [*_dsr]
