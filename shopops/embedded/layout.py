"""Where the state of one embedded shop lies."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Layout:
    """The folders and files under one `SHOPOPS_DATA`."""

    data: Path

    @property
    def postgres(self) -> Path:
        """The folder that holds the cluster; the cluster itself is its `data` folder."""
        return self.data / "pg"

    @property
    def broker(self) -> Path:
        return self.data / "valkey-broker"

    @property
    def cache(self) -> Path:
        return self.data / "valkey-cache"

    @property
    def log(self) -> Path:
        return self.data / "log"

    @property
    def run(self) -> Path:
        return self.data / "run"

    @property
    def secrets(self) -> Path:
        return self.data / "secrets.json"

    @property
    def state(self) -> Path:
        """What runs now: pids, ports and addresses; there only while the servers are up."""
        return self.data / "embedded.json"

    @property
    def demo_people(self) -> Path:
        return self.data / "demo-people.json"

    def make(self) -> None:
        """Create the folders; existing ones are left as they are."""
        static = self.data / "static_root"  # stays empty; WhiteNoise warns where it is missing
        for folder in (self.data, self.log, self.run, static):
            folder.mkdir(parents=True, exist_ok=True)


def layout_from_environment() -> Layout:
    """Return the layout that `SHOPOPS_DATA` names; a relative path counts from the project."""
    return Layout((PROJECT / os.environ.get("SHOPOPS_DATA", "var")).resolve())
