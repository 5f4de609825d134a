"""How a definition is written: one short function per shape of metric."""

from __future__ import annotations

from typing import Any

from metrics.model import PERCENTILE, RATIO, Metric

BINHAI = "津滨公通〔2023〕4号"
COUNTY = "全县公安机关推进派出所标准化建设的实施意见"
FENGXIAN = "沪公奉通字〔2021〕36号"
DALIAN = "统筹推进派出所基层基础建设的「大连实践」"


def measure(id: str, label: str, meaning: str, formula: str, sql: str, **more: Any) -> Metric:
    """Return a metric that is one aggregate over a view: a count, or what `kind` says."""
    return Metric(id=id, label=label, meaning=meaning, formula=formula, own_sql=sql, **more)


def alert(id: str, label: str, meaning: str, formula: str, sql: str, **more: Any) -> Metric:
    """Return a count of alerts."""
    usual = {"unit": "起", "view": "alerts", "family": "警情"}
    return measure(id, label, meaning, formula, sql, **{**usual, **more})


def share(id: str, label: str, meaning: str, top: str, bottom: str, formula: str, **more: Any) -> Metric:
    """Return `top` ÷ `bottom` in %; a proportion unless told otherwise."""
    usual = {"unit": "%", "view": "alerts", "family": "警情", "is_proportion": True, "scale": 100.0, "decimals": 1}
    return Metric(
        id=id, label=label, meaning=meaning, formula=formula, kind=RATIO, numerator=top, denominator=bottom,
        **{**usual, **more},
    )  # fmt: skip


def quotient(id: str, label: str, meaning: str, top: str, bottom: str, formula: str, **more: Any) -> Metric:
    """Return `top` ÷ `bottom` in a unit of its own."""
    return share(id, label, meaning, top, bottom, formula, **{"is_proportion": False, "scale": 1.0, **more})


def percentile(id: str, label: str, what: str, values: str, part: float, count: str, **more: Any) -> Metric:
    """Return a percentile of minutes, from seconds, with the metric that counts its sample."""
    usual = {"unit": "分钟", "view": "alerts", "family": "接处警时效", "decimals": 1, "better": "lower"}
    usual["caveat"] = "不可用的时间不计入，另按原因列其数；并入其他接警单的不重复计"
    return Metric(
        id=id, label=label, meaning=f"{what}用时从短到长排列，第 {part:.0%} 位的分钟数", kind=PERCENTILE,
        formula="可用用时的分位数（线性插值）", own_sql=f"percentile({values}, {part}) / 60.0", denominator=count,
        **{**usual, **more},
    )  # fmt: skip
