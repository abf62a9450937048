from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.embedded.shop import User, keeper_is_gone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def first_start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder whose servers were up once; tests take copies, which is quicker."""
    folder = tmp_path_factory.mktemp("first")
    user = User(folder)
    user.wait_up()
    user.leave()
    return folder


@pytest.fixture
def data(first_start: Path, tmp_path: Path) -> Path:
    """Return a folder of embedded servers of one's own, none of them running."""
    return shutil.copytree(first_start, tmp_path / "data")


@pytest.fixture
def use() -> Iterator[Callable[..., User]]:
    """Start users of embedded servers; whatever the test leaves is ended after it."""
    users: list[User] = []

    def start(data: Path, *, is_durable: bool = False) -> User:
        users.append(User(data, is_durable=is_durable))
        return users[-1]

    yield start
    for user in users:
        user.end()
    for user in users:
        assert keeper_is_gone(user.layout.data)


@pytest.fixture(scope="module")
def running(first_start: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[User]:
    """Return a user of running servers, for tests that only look."""
    user = User(shutil.copytree(first_start, tmp_path_factory.mktemp("running") / "data"))
    user.wait_up()
    yield user
    user.leave()
