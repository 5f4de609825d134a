"""Tables of plain text for a terminal, where a Han character takes two columns."""

from __future__ import annotations

import unicodedata


def aligned(header: list[str], body: list[list[str]], left: int) -> str:
    """Return header and rows in columns; the first `left` columns begin at the left, the others end at the right."""
    widths = [max(width(row[place]) for row in [header, *body]) for place in range(len(header))]
    lines = []
    for row in [header, *body]:
        cells = [
            cell + " " * (size - width(cell)) if place < left else " " * (size - width(cell)) + cell
            for place, (cell, size) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def width(text: str) -> int:
    """Columns that a text takes in a terminal: Han characters take two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
