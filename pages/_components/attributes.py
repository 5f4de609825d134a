"""HTML attributes whose names are not Python names: aria-* and data-*."""

from __future__ import annotations

from typing import Any


def attributes(**named: str) -> dict[str, Any]:
    """Return attributes with dashes for underscores: attributes(aria_label="页面") is {"aria-label": "页面"}."""
    return {name.replace("_", "-"): value for name, value in named.items()}
