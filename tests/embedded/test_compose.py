"""No Docker engine is needed here: the file is read, and what it promises is checked."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[2]
COMPOSE = (PROJECT / "docker-compose.yml").read_text()
CONFIG: dict[str, Any] = yaml.safe_load(COMPOSE)
SERVICES: dict[str, Any] = CONFIG["services"]
EXAMPLE = (PROJECT / ".env.example").read_text()
EXAMPLE_NAMES = set(re.findall(r"^#?([A-Z][A-Z_]+)=", EXAMPLE, re.MULTILINE))
# Only read by the setup and by the tests, not by the shop.
OUTSIDE_SETTINGS = {"HOST", "PORT", "SHOPOPS_SAMPLES", "SHOPOPS_CHROMIUM", "SHOPOPS_TEST_DATA"}


def settings_names() -> set[str]:
    text = (PROJECT / "shopops" / "settings.py").read_text()
    pattern = r"(?:env(?:\.\w+)?|_required)\(\s*[\"']([A-Z][A-Z_]+)[\"']"
    return set(re.findall(pattern, text))


def compose_names() -> set[str]:
    return set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", COMPOSE))


def image_of(service: dict[str, Any]) -> str:
    return str(service["image"])


def test_every_part_of_a_shop_is_there():
    assert set(SERVICES) == {
        "postgres",
        "valkey-broker",
        "valkey-cache",
        "migrate",
        "web",
        "worker-quick",
        "worker-imports",
        "scheduler",
    }


@pytest.mark.parametrize("name", SERVICES)
def test_an_image_is_pinned_to_a_version(name):
    service = SERVICES[name]

    assert "build" in service or re.search(r":\d+\.\d+", image_of(service))


def test_every_base_image_of_the_build_is_pinned_to_a_patch_version():
    bases = re.findall(r"^FROM (\S+)", (PROJECT / "Dockerfile").read_text(), re.MULTILINE)

    assert bases
    assert all(re.search(r":\d+\.\d+\.\d+-", base) for base in bases)


@pytest.mark.parametrize("name", set(SERVICES) - {"migrate"})
def test_a_long_running_service_is_watched_and_restarted(name):
    service = SERVICES[name]

    assert {"test", "interval", "timeout", "retries"} <= set(service["healthcheck"])
    assert service["restart"] == "unless-stopped"


def test_the_migration_runs_once_before_everything_that_uses_the_schema():
    assert SERVICES["migrate"]["restart"] == "no"
    for name in ("web", "worker-quick", "worker-imports", "scheduler"):
        needs = SERVICES[name]["depends_on"]
        assert needs["migrate"]["condition"] == "service_completed_successfully"
        assert needs["postgres"]["condition"] == "service_healthy"


def test_what_must_outlive_a_container_is_in_a_named_volume():
    mounted = {
        volume.split(":")[0]
        for service in SERVICES.values()
        for volume in service.get("volumes", [])
    }

    assert mounted == set(CONFIG["volumes"]) == {"postgres", "broker", "files"}


def test_the_broker_keeps_everything_and_the_cache_may_evict():
    broker = " ".join(SERVICES["valkey-broker"]["command"])
    cache = " ".join(SERVICES["valkey-cache"]["command"])

    assert "--maxmemory-policy noeviction" in broker
    assert "--appendonly yes" in broker
    assert "--maxmemory-policy allkeys-lru" in cache


def test_no_server_but_the_site_is_reachable_from_outside_and_that_on_loopback():
    published = {name: s["ports"] for name, s in SERVICES.items() if "ports" in s}

    assert published == {"web": ["${HOST:-127.0.0.1}:${PORT:-8000}:8000"]}


def test_the_container_does_not_run_as_root():
    assert "\nUSER shopops\n" in (PROJECT / "Dockerfile").read_text()


def test_every_variable_of_the_compose_file_stands_in_the_example():
    assert compose_names() <= EXAMPLE_NAMES


def test_every_variable_of_the_settings_stands_in_the_example():
    assert {"SECRET_KEY", "DATABASE_URL", "DEBUG"} <= settings_names()
    assert settings_names() <= EXAMPLE_NAMES


def test_every_variable_of_the_example_is_read_by_somebody():
    assert settings_names() | compose_names() | OUTSIDE_SETTINGS >= EXAMPLE_NAMES


def test_every_variable_of_the_example_has_a_comment_above():
    blocks = EXAMPLE.split("\n\n")
    bare = [block for block in blocks if re.search(r"^#?[A-Z_]+=", block) and "# " not in block]

    assert not bare


def test_no_secret_has_a_value_in_the_example():
    for name in ("SECRET_KEY", "FIELD_KEYS", "POSTGRES_PASSWORD", "VALKEY_PASSWORD"):
        assert re.search(rf"^{name}=$", EXAMPLE, re.MULTILINE)
