"""The commands `python -m metrics score` and `python -m metrics template`."""

from __future__ import annotations

import argparse
from typing import Any


def add_parsers(commands: argparse._SubParsersAction[Any]) -> None:
    """Register `score` and `template`."""
