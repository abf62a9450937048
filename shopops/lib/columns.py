"""Columns that several apps' models have."""

from typing import Any

from django.db import models


def money(**kwargs: Any) -> "models.DecimalField[Any, Any]":  # noqa: ANN401
    """An amount in CNY with fen."""
    return models.DecimalField(max_digits=12, decimal_places=2, **kwargs)
