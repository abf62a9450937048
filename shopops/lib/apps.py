from django.apps import AppConfig


class LibConfig(AppConfig):
    name = "shopops.lib"
    label = "lib"
