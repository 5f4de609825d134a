"""What a report consists of, before anyone lays it out: plain values that the DOCX, XLSX and PPTX writers share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

Value = str | int | float | date | None


@dataclass(frozen=True)
class Cell:
    """A value with the text that prints it.

    number: its number format in a spreadsheet, "" for text. shade: 0 … 1, how dark a heat table tints it.
    """

    value: Value
    text: str
    number: str = ""
    shade: float = 0.0


@dataclass(frozen=True)
class Column:
    """A column; width: share of the line relative to the other columns; is_number: aligned to the right."""

    name: str
    width: float = 1.0
    is_number: bool = False


@dataclass(frozen=True)
class Table:
    """A table whose first row is its header; every row has as many cells as there are columns."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


@dataclass(frozen=True)
class Series:
    """One line or row of bars of a chart; role: now, past or band (the bounds of what was expected)."""

    name: str
    values: tuple[float | None, ...]
    role: str = "now"


@dataclass(frozen=True)
class Chart:
    """A native, editable chart; kind: line, column or bar. number: format of its values."""

    name: str
    kind: str
    categories: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str
    number: str = "#,##0"
    note: str = ""


@dataclass(frozen=True)
class Text:
    """A paragraph; kind: body, note (small), definition (smaller) or blank (people fill it in)."""

    text: str
    kind: str = "body"


@dataclass(frozen=True)
class Subheading:
    """A heading of the second level, 「（一）…」."""

    text: str


Part = Text | Subheading | Table | Chart


@dataclass(frozen=True)
class Section:
    """A numbered part of a report; appendix: printed as 附表 at the end instead of 「一、」."""

    title: str
    parts: tuple[Part, ...]
    appendix: bool = False


@dataclass(frozen=True)
class Message:
    """One slide: a key message and the figure that carries it."""

    text: str
    figure: Chart | Table | None = None


@dataclass(frozen=True)
class Report:
    """A whole report.

    origin: the facts about the data that stand under the title, (name, text). made_at is printed once, in the text;
    settled_at (of the data, not of the clock) goes into the properties of the file, so that the same version gives the
    same bytes. watermark: "" for none. behind: tables on slides behind the messages, for what a meeting asks.
    """

    title: str
    period: str
    bureau: str
    origin: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    messages: tuple[Message, ...]
    definitions: Table
    made_at: datetime
    settled_at: datetime
    watermark: str = ""
    behind: tuple[Table, ...] = ()

    @property
    def tables(self) -> tuple[Table, ...]:
        """Every table in the order in which they stand, the definitions last."""
        parts = (part for section in self.sections for part in section.parts)
        return (*(part for part in parts if isinstance(part, Table)), self.definitions)

    @property
    def made_words(self) -> str:
        """When it was made: 「2026年11月21日7时30分」."""
        at = self.made_at
        return f"{at.year}年{at.month}月{at.day}日{at.hour}时{at.minute:02d}分"


# Tints of a heat table from light to dark; text stays readable on the darkest.
_TINTS = ("FFFFFF", "EAF1FB", "CFE0F6", "ADC9EE", "86AEE4")


def tint(cell: Cell) -> str:
    """Return the colour behind a cell as RRGGBB, "" for none."""
    return _TINTS[min(len(_TINTS) - 1, round(cell.shade * (len(_TINTS) - 1)))] if cell.shade > 0 else ""


def text_cell(text: str) -> Cell:
    """Return a cell of text."""
    return Cell(text, text)


def count_cell(value: float | None, unit_decimals: int = 0) -> Cell:
    """Return a cell of a number; 「—」 where it is not known."""
    if value is None:
        return Cell(None, "—")
    number = "#,##0" + ("." + "0" * unit_decimals if unit_decimals else "")
    kept = int(value) if float(value).is_integer() else float(value)
    return Cell(kept, f"{value:,.{unit_decimals}f}", number)
