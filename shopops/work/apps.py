from django.apps import AppConfig


class WorkConfig(AppConfig):
    name = "shopops.work"
    label = "work"
