"""Addresses of the pages of figures, a block for each topic."""

from django.urls import URLPattern, URLResolver, path

from analytics.views import profit, statement

app_name = "analytics"

_profit: list[URLPattern] = [
    path("profit/", profit.profit, name="profit"),
    path("profit/skus.csv", profit.profit_csv, name="profit_csv"),
    path("profit/o/<str:tid>/", profit.order_profit, name="order_profit"),
    path("statement/", statement.statement_page, name="statement"),
    path("statement/file/<str:form>/", statement.statement_file, name="statement_file"),
]

urlpatterns: list[URLPattern | URLResolver] = [*_profit]
