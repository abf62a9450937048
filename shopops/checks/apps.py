from django.apps import AppConfig


class ChecksConfig(AppConfig):
    name = "shopops.checks"
    label = "checks"
