"""`python -m metrics hotspots`: what it prints and what it refuses."""

from __future__ import annotations

import argparse

import pytest

from data.snapshots import Store
from metrics.hotspots import cli
from metrics.model import MetricError, UnknownName
from tests import tiny
from tests.metrics.test_hotspots_store import calls, filled, places, scattered, two_years


def run(store: Store, action: str, *words: str) -> int:
    parser = argparse.ArgumentParser()
    cli.add_parsers(parser.add_subparsers())
    parsed = parser.parse_args(["hotspots", action, "--store", str(store.root), *words])
    return int(parsed.handler(parsed))


def test_each_action_prints_its_figures_and_their_source(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    hot = [*two_years((20, 20), 16), *calls(20, 20, range(1, 20, 3), beat_code="B1")]
    filled(store, *hot, *scattered(150, 700))
    said = {}
    for action in ("list", "backtest", "repeats", "concentration"):
        assert run(store, action) == 0
        said[action] = capsys.readouterr().out
        assert "数据截至 2026-11-22 00:00 · 版本 1" in said[action]
    assert "东港派出所" in said["list"] and "全局 Moran's I" in said["list"] and "2025年11月22日至" in said["list"]
    assert "长期均值 PAI" in said["backtest"] and "逐期滚动" in said["backtest"]
    assert "东港一社区" in said["repeats"] and "起为重复" in said["repeats"]
    assert "随机分布时为" in said["concentration"]
    assert run(store, "backtest", "--train-to", "2025-11-21") == 0
    fixed = capsys.readouterr().out
    assert "检验 2025-11-22 至 2026-11-21" in fixed and "5%" in fixed


def test_cases_are_forecast_where_there_are_no_alerts(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    spots = [(call["call"], call["cell_x"], call["cell_y"]) for call in two_years((20, 20), 16)]
    filed = [{"filed": moment, "cell_x": x, "cell_y": y} for moment, x, y in spots]
    tiny.publish(store, places, lambda con: tiny.cases(con, filed))
    assert run(store, "backtest") == 0
    said = capsys.readouterr().out
    assert "；全部；" in said and "无法区分群众报警与巡逻发现" in said and "PAI" in said
    assert run(store, "list", "--table", "cases") == 0
    assert "23 起" in capsys.readouterr().out


def test_what_cannot_be_answered_says_what_next(store: Store) -> None:
    with pytest.raises(MetricError, match="还没有数据"):
        run(store, "list")
    filled(store, *calls(1, 1, range(5)))
    with pytest.raises(UnknownName, match="预测对象"):
        run(store, "backtest", "--category", "诈骗")
    with pytest.raises(MetricError, match="历史不足"):
        run(store, "backtest")
    with pytest.raises(MetricError, match="颠倒"):
        run(store, "list", "--from", "2026-12-01", "--to", "2026-11-01")
    with pytest.raises(SystemExit):
        run(store, "list", "--to", "昨天")
