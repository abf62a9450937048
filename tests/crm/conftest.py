"""The rules of messages in tests: never quiet, unless a test is about that."""

import pytest

from tests.factories import campaigns as made


@pytest.fixture
def rule(db):
    return made.rule()
