"""The change function against a city's own printed table: Wilmington (Delaware) CompStat, year end 2025."""

from __future__ import annotations

import csv
import math
from pathlib import Path

import pytest

from metrics import change, compare

_DATA = Path(__file__).resolve().parents[2] / "../shared/data"
COUNTS = _DATA / "reference/wilmington_compstat_2025.csv"
PRINTED = _DATA / "messy/wilmington_merged_header.xlsx"

# Citywide year to date 2025 and 2024 with the percentage that the city printed (source page 1 of the report).
YEAR = {
    "major_crime_total": (1566, 1699, -8),
    "murder": (20, 25, -20),
    "rape": (1, 3, -67),
    "robbery": (180, 182, -1),
    "aggravated_assault": (363, 381, -5),
    "burglary": (353, 346, 2),
    "felony_theft": (237, 291, -19),
    "auto_theft": (412, 471, -13),
}
LAST_28_DAYS = (90, 127, -29)
# The one printed percentage that does not follow from its counts: robberies of district 14 in 28 days, 2 and 1, 25%.
MISPRINT = ("派出所14", "抢劫", 5)


def _citywide() -> dict[str, dict[str, str]]:
    if not COUNTS.exists():
        pytest.skip("reference/wilmington_compstat_2025.csv absent")
    with COUNTS.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["report_id"] == "year-end-compstat-2025-r1"]
    return {row["offense_code"]: row for row in rows if row["geography_code"] == "citywide"}


@pytest.mark.parametrize("offence", list(YEAR))
def test_percentages_printed_by_the_city(offence: str) -> None:
    row = _citywide()[offence]
    value, base, printed = YEAR[offence]
    assert int(row["year_to_date_count"]) == value
    assert change.percent(int(row["year_to_date_count"]), base) == printed


def test_last_28_days_of_the_city() -> None:
    value, base, printed = LAST_28_DAYS
    assert int(_citywide()["major_crime_total"]["last_28_days_count"]) == value
    assert change.percent(value, base) == printed


def _printed_pairs() -> list[tuple[str, str, int, int, int, str]]:
    """Rows of (area, offence, column, this year, last year, printed change) of the table as the city laid it out."""
    calamine = pytest.importorskip("python_calamine")
    if not PRINTED.exists():
        pytest.skip("messy/wilmington_merged_header.xlsx absent")
    sheet = calamine.CalamineWorkbook.from_path(PRINTED).get_sheet_by_index(0)
    pairs, area = [], ""
    for row in sheet.to_python():
        area = str(row[0]) or area
        if not str(row[10]).endswith(("%", "*")):
            continue
        for column in (2, 5, 8):
            value, base = (int(str(cell).replace(",", "").split(".")[0]) for cell in row[column : column + 2])
            pairs.append((area, str(row[1]), column, value, base, str(row[column + 2])))
    return pairs


def test_every_pair_that_the_city_printed() -> None:
    pairs = _printed_pairs()
    assert len(pairs) == 168
    wrong = []
    for area, offence, column, value, base, printed in pairs:
        expected = None if printed == "*" else int(printed.rstrip("%"))
        if change.percent(value, base) != expected:
            wrong.append((area, offence, column))
        if printed == "*":
            assert base == 0
            assert change.worded(value, base) == f"—（{change.signed(value)}）"
    assert wrong == [MISPRINT]


def test_the_comparison_of_a_question_says_the_same() -> None:
    for value, base, printed in [*YEAR.values(), LAST_28_DAYS]:
        percent = compare.counts(value, 365, base, 365).percent
        assert percent is not None and round(percent) == printed
    assert compare.counts(3, 28, 0, 28).percent is None and compare.counts(3, 28, 0, 28).change == 3


@pytest.mark.parametrize(
    ("value", "base", "text"),
    [
        (14, 16, "−13%"), (18, 16, "+13%"), (5, 5, "0%"), (0, 7, "−100%"), (1001, 1000, "0%"), (999, 1000, "0%"),
        (3, 0, "—（+3 起）"), (0, 0, "—（0 起）"), (None, 4, "—"), (4, None, "—"),
        (math.nan, 4, "—"), (4, math.inf, "—"),
    ],
)  # fmt: skip
def test_wording(value: float | None, base: float | None, text: str) -> None:
    assert change.worded(value, base, "起") == text
