"""What is asked of the demo: its size, its days and its random streams."""

from __future__ import annotations

import calendar as months
import zlib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

BUREAU = "滨城公安分局（示例）"
SOURCE = "示例数据生成器"


@dataclass(frozen=True)
class Plan:
    """The arguments of one demo; the same plan always gives the same rows."""

    stations: int
    years: int
    alerts_per_year: int
    seed: int
    until: date

    @property
    def first_day(self) -> date:
        """The first day of the data: `years` whole years end with `until` (29 Feb counts as 28 Feb)."""
        return years_before(self.until, self.years) + timedelta(days=1)

    @property
    def days(self) -> int:
        return (self.until - self.first_day).days + 1

    @property
    def start(self) -> datetime:
        return datetime.combine(self.first_day, time())

    @property
    def end(self) -> datetime:
        """The moment the data ends: nothing later is known yet."""
        return datetime.combine(self.until + timedelta(days=1), time())

    @property
    def end_second(self) -> int:
        return self.days * 86400

    def rng(self, name: str) -> np.random.Generator:
        """A stream of its own for each purpose, so that a change in one leaves the others as they were."""
        return np.random.Generator(np.random.PCG64([self.seed, zlib.crc32(name.encode())]))

    def day(self, index: int) -> date:
        return self.first_day + timedelta(days=index)

    def month_starts(self, count: int) -> list[date]:
        """The last `count` month starts up to the month of `until`, oldest first."""
        last = self.until.year * 12 + self.until.month - 1
        return [date(m // 12, m % 12 + 1, 1) for m in range(last - count + 1, last + 1)]


def years_before(day: date, years: int) -> date:
    """The same calendar day `years` years earlier."""
    year = day.year - years
    return date(year, day.month, min(day.day, months.monthrange(year, day.month)[1]))
