"""Rooms know only the rooms below them, and numbers know nothing of the screen; types and style run in make check."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SCREEN = ("dash", "flask", "plotly", "dash_bootstrap_components")


def test_imports_only_run_downwards() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("room", ["data", "metrics", "reports"])
def test_a_room_without_a_screen_loads_nothing_of_it(room: str) -> None:
    everything = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in sorted((ROOT / room).rglob("*.py"))
        if path.name not in ("__init__.py", "__main__.py")
    ]
    loading = f"import sys, {', '.join(everything)}; print(*[name for name in {SCREEN!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", loading], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr


def test_every_room_has_a_contract() -> None:
    import tomllib

    configured = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    layers = next(one for one in configured["contracts"] if one["type"] == "layers")["layers"]
    assert layers[-2:] == ["metrics", "data"]
    rooms = {path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name != "tests"}
    assert rooms <= set(layers), "a new room needs its place in pyproject.toml"
