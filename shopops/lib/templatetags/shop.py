"""Formatting of money, dates and order numbers, in one place."""

from django import template

register = template.Library()
