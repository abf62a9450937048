from django.apps import AppConfig


class StaffConfig(AppConfig):
    name = "shopops.staff"
    label = "staff"
