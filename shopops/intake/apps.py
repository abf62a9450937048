from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "shopops.intake"
    label = "intake"
