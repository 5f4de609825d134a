"""Scores as lines of an export, and what stands above them."""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from datetime import date

from data.reading import Snapshot
from metrics import catalogue
from metrics.score import MISSED, Score
from pages._components import export, scores
from pages._components.score_questions import STATES, Asked, card_of, data_words, read
from pages._components.score_view import View
from pages._components.shown import Shown

SCORE_COLUMNS = (
    export.Column("单位代码", width=16), export.Column("单位", width=16), export.Column("类别", width=8),
    export.Column("目标", width=24), export.Column("要求", width=14), export.Column("依据", width=14),
    export.Column("现值", "number", 10, 2), export.Column("单位（现值）", width=12),
    export.Column("分子", "number", 10), export.Column("分母", "number", 10),
    export.Column("状态", width=10), export.Column("差距", "number", 10), export.Column("差距单位", width=14),
    export.Column("新增可达标", "number", 10, 0), export.Column("调整可达标", "number", 10, 0),
    export.Column("差距说明或原因", width=40), export.Column("数据来源", width=18), export.Column("数据时间", width=12),
)  # fmt: skip


def asked_of(shown: Shown) -> Asked:
    """Return the question that the address of a scorecard page asks; raises MetricError as read does."""
    return read(shown.query, shown.snapshot, shown.store)[0]


def month_pinning(shown: Shown, station: str = "") -> tuple[date, date, str]:
    """Return where notes hang on a page of the scorecard: the month and the policy, and its station."""
    asked = asked_of(shown)
    last = asked.month.replace(day=calendar.monthrange(asked.month.year, asked.month.month)[1])
    return asked.month, last, f"policy={asked.pack.id}" + (f"&station={station}" if station else "")


def score_rows(snapshot: Snapshot, shown: Sequence[Score]) -> tuple[tuple[export.Value, ...], ...]:
    """Return scores as lines under SCORE_COLUMNS; what is not known stays blank, never 0."""
    known = catalogue.of(snapshot).stations
    return tuple(
        (
            score.station, score.name, known[score.station].kind if score.station else None,
            score.target.label, score.target.says, score.target.clause,
            _number(score.value), score.target.unit, _number(score.numerator), _number(score.denominator), score.state,
            _number(score.gap.amount) if score.gap else None, score.gap.unit if score.gap else None,
            score.gap.hired if score.gap else None, score.gap.moved if score.gap else None,
            score.gap.text if score.gap else score.reason or score.remark, score.source,
            score.as_of_text if score.as_of else None,
        )
        for score in shown
    )  # fmt: skip


def _number(value: float | None) -> float | int | None:
    """Return a number without the noise of binary fractions; whole ones as such."""
    if value is None:
        return None
    return int(value) if float(value).is_integer() else round(value, 4)


def sheet_head(snapshot: Snapshot, asked: Asked, title: str) -> tuple[tuple[str, str], ...]:
    """Return the lines above an export of scores."""
    shown = [asked.kind and f"{asked.kind}派出所", asked.state and f"只含{STATES[asked.state]}"]
    changed = [f"{one.label} {one.says}" for one in asked.pack.targets if one.overridden]
    return export.head(
        snapshot,
        title,
        ("时段", data_words(card_of(snapshot, asked))),
        ("政策目标包", f"{asked.pack.name}（{asked.pack.id}）"),
        ("文件", asked.pack.document),
        ("本局调整", "；".join(changed)),
        ("筛选", " · ".join(text for text in shown if text)),
        ("口径", "存量取该月台账，无当月数据时取最近一月并注明；未报送不计为 0；差距按补足后确能达标计算"),
    )


def list_sheet(snapshot: Snapshot, asked: Asked, view: View) -> export.Sheet:
    """Return one line per station and target."""
    shown = [*view.bureau, *(score for one in view.stations for score in view.row(one.code))]
    head = sheet_head(snapshot, asked, "指标账单")
    return export.Sheet("明细", head, SCORE_COLUMNS, score_rows(snapshot, shown), fixed=3)


def matrix_sheet(snapshot: Snapshot, asked: Asked, view: View) -> export.Sheet:
    """Return the matrix as the page shows it, with words in its cells."""
    columns = [
        export.Column("派出所", width=16),
        export.Column("类别", width=8),
        export.Column("未达标项数", "number", 10, 0),
    ]
    columns += [export.Column(f"{one.label}（{one.says}）", width=16) for one in view.columns]
    rows = []
    for one in view.stations:
        cells = [view.scores.get((one.code, column.id)) for column in view.columns]
        missed = sum(score is not None and score.state == MISSED for score in cells)
        rows.append((one.name, one.kind, missed, *(scores.cell_text(score) if score else None for score in cells)))
    return export.Sheet("账单", sheet_head(snapshot, asked, "指标账单"), tuple(columns), tuple(rows), fixed=1)


def bureau_sheet(snapshot: Snapshot, asked: Asked, view: View) -> export.Sheet:
    """Return the targets of the bureau as a whole."""
    head = sheet_head(snapshot, asked, "全局目标")
    return export.Sheet("全局目标", head, SCORE_COLUMNS, score_rows(snapshot, view.bureau), fixed=3)


def own_sheet(snapshot: Snapshot, asked: Asked, own: Sequence[Score]) -> export.Sheet:
    """Return all targets of one station."""
    head = sheet_head(snapshot, asked, f"{own[0].name}全部目标")
    return export.Sheet("本所目标", head, SCORE_COLUMNS, score_rows(snapshot, own), fixed=3)


def clauses_sheet(snapshot: Snapshot, asked: Asked) -> export.Sheet:
    """Return the targets with their clauses."""
    columns = (
        export.Column("目标", width=24), export.Column("要求", width=18), export.Column("依据", width=16),
        export.Column("概括", width=48), export.Column("约束", width=16), export.Column("来源", width=12),
    )  # fmt: skip
    rows = tuple(
        (one.label, one.says, one.clause, one.summary, one.binds, "系统计算" if one.source == "computed" else "报送")
        for one in asked.pack.targets
    )
    return export.Sheet("目标与条款", sheet_head(snapshot, asked, "目标与条款"), columns, rows, fixed=1)
