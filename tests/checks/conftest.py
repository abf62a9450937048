"""What tests of checks share."""

import pytest

from tests.checks.said import Said


@pytest.fixture
def said():
    return Said()
