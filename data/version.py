"""The version of the product, written into every snapshot's lineage and into /health."""

from __future__ import annotations

CODE_VERSION = "0.1.0"
