"""The scorecard: planted truths are found, gaps are true when they are closed, what nobody reported is no zero."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest

from data.demo import bureau
from data.demo.plan import Plan
from data.importing import mapping, running
from data.reading import Reader, Snapshot
from data.snapshots import Store
from metrics import score, shortfalls, staffing, targets
from metrics.__main__ import main
from metrics.ask import ask
from metrics.readings import months_before
from metrics.score import MET, MISSED, UNBOUND, UNREPORTED, Score, Scorecard
from metrics.selection import Selection
from metrics.shortfalls import Shortfall
from metrics.staffing import ShortRun
from tests import tiny
from tests.tiny import CITY, EDGE, VILLAGE

Change = Callable[[duckdb.DuckDBPyConnection], None]
OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)
ROOT = Path(__file__).resolve().parents[2]
MAPPING = ROOT / "data" / "mappings" / "reported_indicators.toml"

# ---- a small demo --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Snapshot, list[dict[str, Any]], Path]]:
    root = tmp_path_factory.mktemp("scored") / "store"
    bureau.publish(Store(root), Plan(12, 2, 60_000, 1, date(2026, 11, 21)))
    snapshot = Reader(Store(root)).snapshot()
    assert snapshot is not None
    yield snapshot, json.loads((root / bureau.TRUTH_FILE).read_text(encoding="utf-8")), root


def test_every_planted_truth_about_targets_is_found(demo: tuple[Snapshot, list[dict[str, Any]], Path]) -> None:
    snapshot, truths, _ = demo
    planted = [truth for truth in truths if truth["kind"] == "target" and truth["planted"]]
    assert len(planted) == 4
    for policy in ("binhai-2023", "county-2023"):
        card = score.scorecard(snapshot, targets.load(policy))
        for truth in planted:
            id = "legal_cover" if truth["id"] == "legal-officer-gap" else "community_share"
            for code in truth["stations"]:
                _check_truth(_one(card, code, id), truth["size"])


def _check_truth(found: Score, size: dict[str, Any]) -> None:
    assert found.state == MISSED
    assert found.gap is not None
    assert (found.month, found.as_of) == (NOVEMBER, NOVEMBER)
    if found.target.id == "legal_cover":
        assert found.gap.amount == 1
        return
    assert (found.numerator, found.denominator) == (size["community_officers"], size["officers"])
    assert found.gap.moved == size["gap_if_moved_from_other_teams"]
    assert found.gap.hired == size["gap_if_hired"]


def test_the_night_shift_that_is_too_thin_is_found(demo: tuple[Snapshot, list[dict[str, Any]], Path]) -> None:
    snapshot, truths, _ = demo
    (planted,) = [truth for truth in truths if truth["kind"] == "staffing" and truth["planted"]]
    found = shortfalls.shortfalls(snapshot, NOVEMBER)
    assert planted["detectable"]
    assert [one.station for one in found] == planted["stations"]
    assert set(found[0].hours) & set(planted["size"]["hours"])
    assert found[0].worst.worst_hour in planted["size"]["hours"]
    assert found[0].missing >= 1
    # They are those of the staffing page for the same days.
    weeks = Selection(period="custom", first=found[0].first, last=found[0].last)
    one = staffing.of(snapshot, weeks, found[0].station)
    assert (one.short, one.first, one.last) == (found[0].runs, found[0].first, found[0].last)


def test_cover_of_the_beats_is_the_metric_of_that_name(demo: tuple[Snapshot, list[dict[str, Any]], Path]) -> None:
    snapshot, _, _ = demo
    card = score.scorecard(snapshot, targets.load())
    asked = Selection(period="custom", first=NOVEMBER, last=date(2026, 11, 30))
    for row in ask(snapshot, ("beat_cover", "beat_auxiliary_cover"), ("station",), asked).rows:
        if row["beat_cover"] is not None:
            assert _one(card, row["station"], "beat_officers").value == pytest.approx(row["beat_cover"])
            assert _one(card, row["station"], "beat_auxiliaries").value == pytest.approx(row["beat_auxiliary_cover"])


def test_stations_without_a_planted_gap_meet_the_community_share(
    demo: tuple[Snapshot, list[dict[str, Any]], Path],
) -> None:
    snapshot, truths, _ = demo
    planted = {code for truth in truths if truth["id"].startswith("community-gap") for code in truth["stations"]}
    scores = score.scorecard(snapshot, targets.load()).of_target("community_share")
    assert {one.station for one in scores if one.state == MISSED} == planted
    assert {one.station for one in scores if one.state == MET} == {one.station for one in scores} - planted


def test_figures_agree_with_plain_sql(demo: tuple[Snapshot, list[dict[str, Any]], Path]) -> None:
    snapshot, _, _ = demo
    card = score.scorecard(snapshot, targets.load(), OCTOBER)
    staffing = snapshot.rows(
        "SELECT station_code, 100.0 * sum(headcount) FILTER (WHERE team = '社区警务队') / sum(headcount) FROM staffing"
        " WHERE month = DATE '2026-10-01' AND role = '民警' AND team <> '机关' GROUP BY 1"
    )
    for code, share in staffing:
        assert _one(card, code, "community_share").value == pytest.approx(share)
    reported = snapshot.rows(
        "SELECT station_code, numerator, denominator, source FROM reported_indicators"
        " WHERE month = DATE '2026-10-01' AND indicator = '双向熟悉率'"
    )
    assert len(reported) < 12 or reported
    for code, top, bottom, source in reported:
        found = _one(card, code, "mutual_familiarity")
        assert found.value == pytest.approx(100 * top / bottom)
        assert found.source == f"报送：{source}"
    silent = {one.station for one in card.of_target("mutual_familiarity")} - {row[0] for row in reported}
    assert all(_one(card, code, "mutual_familiarity").state == UNREPORTED for code in silent)
    (force,) = snapshot.rows(
        "SELECT 100.0 * sum(headcount) FILTER (WHERE team <> '机关') / sum(headcount) FROM staffing"
        " WHERE month = DATE '2026-10-01' AND role = '民警'"
    )
    assert [one.value for one in card.of_target("station_force_share")] == [pytest.approx(force[0])]


@pytest.mark.parametrize("policy", targets.policies())
def test_every_score_is_whole(demo: tuple[Snapshot, list[dict[str, Any]], Path], policy: str) -> None:
    snapshot, _, _ = demo
    pack = targets.load(policy)
    card = score.scorecard(snapshot, pack)
    stations = sum(target.level == "station" for target in pack.targets)
    assert len(card.scores) == 12 * stations + len(pack.targets) - stations
    for one in card.scores:
        assert one.state in score.STATES
        assert (one.gap is not None) == (one.state == MISSED)
        assert bool(one.reason) == (one.state in (UNREPORTED, UNBOUND))
        assert one.state not in (MET, MISSED) or one.value is not None
        assert one.state != UNREPORTED or one.value is None
        assert len(one.trend) == 12
        assert one.trend[-1].month == NOVEMBER
        assert one.clause
    json.dumps(card.to_json(), ensure_ascii=False, allow_nan=False)


def test_one_question_answers_the_whole_matrix(
    demo: tuple[Snapshot, list[dict[str, Any]], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, _, root = demo
    asked: list[str] = []
    fresh = Reader(Store(root)).snapshot()
    assert fresh is not None
    original = type(fresh).query

    def counted(self: Snapshot, sql: str, *more: Any, **named: Any) -> Any:
        asked.append(sql)
        return original(self, sql, *more, **named)

    monkeypatch.setattr(type(fresh), "query", counted)
    score.scorecard(fresh, targets.load(), date(2026, 9, 1))
    assert len(asked) == 1


def _one(card: Scorecard, station: str, target: str) -> Score:
    (found,) = [one for one in card.of_station(station) if one.target.id == target]
    return found


# ---- a tiny bureau -------------------------------------------------------------------------------


def force(month: date, station: str, community: int, others: int, legal: int = 1, auxiliaries: int = 0) -> Change:
    """Officers of a station in a month: in the community team and in the case team."""

    def change(con: duckdb.DuckDBPyConnection) -> None:
        rows = [("社区警务队", "民警", community, None), ("案件办理队", "民警", others, legal)]
        rows += [("社区警务队", "辅警", auxiliaries, None)] if auxiliaries else []
        con.execute("DELETE FROM staffing WHERE month = ? AND station_code = ?", [month, station])
        con.executemany(
            "INSERT INTO staffing (month, station_code, team, role, headcount, legal_officer)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [(month, station, team, role, heads, legal) for team, role, heads, legal in rows],
        )

    return change


def report(month: date, station: str, indicator: str, top: float | None, bottom: float | None = None) -> Change:
    def change(con: duckdb.DuckDBPyConnection) -> None:
        con.execute(
            "INSERT INTO reported_indicators VALUES (?, ?, ?, ?, ?, '基层基础台账', NULL)",
            [month, station, indicator, top, bottom],
        )

    return change


def some_alerts(con: duckdb.DuckDBPyConnection) -> None:
    """Data until 21 November, with two disputes of the city station, one of them settled."""
    tiny.daily_alerts(con, "2026-10-01", 52, 2)
    tiny.alerts(
        con,
        [
            {"call": "2026-11-03 10:00:00", "cat": "04", "mediated": "已化解"},
            {"call": "2026-11-04 10:00:00", "cat": "04", "mediated": "调解中"},
        ],
    )


def card_of(store: Store, *changes: Change, policy: str = "binhai-2023", month: date = NOVEMBER) -> Scorecard:
    return score.scorecard(tiny.snapshot_of(store, *changes), targets.load(policy), month)


def test_hiring_or_moving_what_is_missing_meets_the_target_when_it_is_scored_again(store: Store) -> None:
    cases = {CITY: (4, 9), EDGE: (6, 16), VILLAGE: (2, 12)}
    july = date(2026, 7, 1)
    first = card_of(store, some_alerts, *(force(july, code, *people) for code, people in cases.items()), month=july)
    # Each way of closing the gap, and one person fewer, in a month of its own.
    changes = []
    for code, (community, others) in cases.items():
        gap = _one(first, code, "community_share").gap
        assert gap is not None
        assert gap.hired is not None
        assert gap.moved is not None
        for month, (more, fewer) in zip(
            months_before(NOVEMBER, 4),
            ((gap.hired, 0), (gap.hired - 1, 0), (gap.moved, gap.moved), (gap.moved - 1, gap.moved - 1)),
            strict=True,
        ):
            changes.append(force(month, code, community + more, others - fewer))
    tiny.publish(store, *changes)
    snapshot = _current(store)
    for month, state in zip(months_before(NOVEMBER, 4), (MET, MISSED, MET, MISSED), strict=True):
        again = score.scorecard(snapshot, targets.load(), month)
        assert [_one(again, code, "community_share").state for code in cases] == [state] * 3


def test_what_nobody_reported_is_no_zero(store: Store) -> None:
    card = card_of(store, some_alerts, force(NOVEMBER, CITY, 4, 5))
    for id in ("community_share", "auxiliary_ratio", "legal_cover", "beat_officers", "two_teams_one_room"):
        assert _one(card, EDGE, id).state == UNREPORTED
        assert _one(card, EDGE, id).value is None
        assert _one(card, EDGE, id).value_text == "—"
    assert _one(card, CITY, "address_registered").state == UNREPORTED
    assert _one(card, CITY, "community_hours_urban").state == UNREPORTED
    assert card.of_target("commendation_share")[0].state == UNREPORTED


def test_an_empty_numerator_is_no_report_and_a_zero_is_one(store: Store) -> None:
    card = card_of(
        store, some_alerts,
        report(OCTOBER, CITY, "群众安全感", None, 100), report(OCTOBER, EDGE, "群众安全感", 0, 100),
        report(OCTOBER, CITY, "民转命案件", 0), report(OCTOBER, EDGE, "民转命案件", 1),
        month=OCTOBER,
    )  # fmt: skip
    assert _one(card, CITY, "public_safety_sense").state == UNREPORTED
    assert (_one(card, EDGE, "public_safety_sense").state, _one(card, EDGE, "public_safety_sense").value) == (MISSED, 0)
    assert _one(card, CITY, "disputes_turned_deadly").state == MET
    assert _one(card, EDGE, "disputes_turned_deadly").state == MISSED
    assert _one(card, VILLAGE, "disputes_turned_deadly").state == UNREPORTED


def test_scope_decides_what_does_not_apply(store: Store) -> None:
    changes = (some_alerts, *(report(NOVEMBER, code, "公调对接室", 1, 1) for code in (CITY, EDGE)))
    card = card_of(store, *changes)
    assert _one(card, CITY, "mediation_room").state == MET
    assert _one(card, EDGE, "mediation_room").state == UNBOUND
    assert _one(card, CITY, "community_hours_rural").state == UNBOUND
    assert _one(card, VILLAGE, "community_hours_urban").state == UNBOUND


def test_size_of_the_station_decides_in_the_county(store: Store) -> None:
    changes = (some_alerts, force(NOVEMBER, CITY, 6, 9, auxiliaries=10), force(NOVEMBER, EDGE, 2, 2, auxiliaries=1))
    card = card_of(store, *changes, policy="county-2023")
    assert _one(card, CITY, "auxiliary_ratio").state == MISSED
    assert _one(card, CITY, "auxiliary_ratio").gap is not None
    assert _one(card, CITY, "auxiliary_ratio").gap.amount == 20  # type: ignore[union-attr]
    assert _one(card, EDGE, "auxiliary_ratio").state == UNBOUND
    assert _one(card, VILLAGE, "auxiliary_ratio").state == UNREPORTED
    assert _one(card, EDGE, "min_officers").state == MISSED
    assert _one(card, EDGE, "min_officers").gap.amount == 1  # type: ignore[union-attr]
    assert _one(card, CITY, "mutual_familiarity").state == UNREPORTED
    assert _one(card, CITY, "dispatch_radius").state == UNREPORTED


def test_only_those_that_report_are_bound(store: Store) -> None:
    card = card_of(store, some_alerts, report(NOVEMBER, CITY, "出警半径", 31.5), policy="county-2023")
    assert _one(card, CITY, "dispatch_radius").state == MISSED
    assert _one(card, CITY, "dispatch_radius").gap.text == "高出 1.5 公里"  # type: ignore[union-attr]
    assert _one(card, EDGE, "dispatch_radius").state == UNBOUND


def test_events_that_did_not_happen_cannot_be_judged(store: Store) -> None:
    card = card_of(store, some_alerts)
    dispute = _one(card, CITY, "dispute_resolved")
    assert (dispute.state, dispute.value, dispute.as_of) == (MISSED, 50.0, date(2026, 11, 21))
    assert dispute.gap is not None
    assert dispute.gap.text == "还差 1 起纠纷（再化解 1 起纠纷）"
    assert _one(card, EDGE, "dispute_resolved").state == UNBOUND
    earlier = card_of(store, month=date(2026, 3, 1))
    assert _one(earlier, CITY, "dispute_resolved").state == UNREPORTED


def test_what_no_station_records_is_not_reported_rather_than_not_applicable(store: Store) -> None:
    card = card_of(store, lambda con: tiny.daily_alerts(con, "2026-10-01", 52, 2))
    assert {one.state for one in card.of_target("dispute_resolved")} == {UNREPORTED}
    assert {one.state for one in card.of_target("station_criminal_share")} == {UNREPORTED}


def test_the_latest_report_stands_in_until_anyone_reports(store: Store) -> None:
    september = date(2026, 9, 1)
    changes = (
        some_alerts,
        report(september, CITY, "双向熟悉率", 45, 50),
        report(september, EDGE, "双向熟悉率", 30, 50),
    )
    found = _one(card_of(store, *changes), CITY, "mutual_familiarity")
    assert (found.state, found.value, found.as_of, found.as_of_text) == (MET, 90.0, september, "2026-09")
    assert [point.value for point in found.trend[-3:]] == [90.0, None, None]
    # Once anyone has reported a later month, the others are late.
    later = card_of(store, report(OCTOBER, EDGE, "双向熟悉率", 41, 50))
    assert _one(later, CITY, "mutual_familiarity").state == UNREPORTED
    assert _one(later, EDGE, "mutual_familiarity").value == 82.0
    # Four months later it no longer stands.
    assert _one(card_of(store, month=date(2027, 2, 1)), CITY, "mutual_familiarity").state == UNREPORTED


def test_the_mean_of_the_bureau_is_the_bar(store: Store) -> None:
    name = "实有人口案前信息采集率"
    changes = (some_alerts, report(NOVEMBER, CITY, name, 80, 100), report(NOVEMBER, EDGE, name, 90, 100))
    card = card_of(store, *changes, policy="fengxian-2021")
    assert _one(card, EDGE, "population_collected").state == MET
    city = _one(card, CITY, "population_collected")
    # 85% is the mean; 11 more: 91 of 100 against 181 of 200 = 90.5%.
    assert (city.state, city.wanted) == (MISSED, 85.0)
    assert city.gap is not None
    assert city.gap.amount == 11


def test_against_the_same_month_of_last_year(store: Store) -> None:
    changes = (
        some_alerts, report(NOVEMBER, CITY, "见警率", 60, 100), report(date(2025, 11, 1), CITY, "见警率", 50, 100),
        report(NOVEMBER, EDGE, "见警率", 60, 100),
    )  # fmt: skip
    card = card_of(store, *changes, policy="dalian-2020")
    assert (_one(card, CITY, "police_seen").state, _one(card, CITY, "police_seen").value_text) == (MET, "+20.0%")
    assert _one(card, EDGE, "police_seen").state == UNREPORTED
    assert _one(card, EDGE, "police_seen").reason == "上年同月报送数据中没有"


def test_beats_decide_how_many_are_needed(store: Store) -> None:
    # Two urban beats need 2 officers and 4 auxiliaries; both have over 5,000 people, so Dalian asks for 4 officers.
    changes = (some_alerts, force(NOVEMBER, CITY, 1, 3, auxiliaries=3))
    binhai = card_of(store, *changes)
    officers, auxiliaries = _one(binhai, CITY, "beat_officers"), _one(binhai, CITY, "beat_auxiliaries")
    assert (officers.value, officers.denominator, officers.gap.amount) == (50.0, 2, 1)  # type: ignore[union-attr]
    assert (auxiliaries.value, auxiliaries.gap.text) == (75.0, "还差 1 名社区辅警")  # type: ignore[union-attr]
    dalian = score.scorecard(tiny.snapshot_of(store), targets.load("dalian-2020"), NOVEMBER)
    assert _one(dalian, CITY, "beat_officers").denominator == 4


def test_overrides_change_the_judgement_and_show(store: Store) -> None:
    snapshot = tiny.snapshot_of(store, some_alerts, force(NOVEMBER, CITY, 4, 6))
    assert _one(score.scorecard(snapshot, targets.load(), NOVEMBER), CITY, "community_share").state == MET
    (store.root / "config.toml").write_text("[targets.override.community_share]\nvalue = 45\n", encoding="utf-8")
    found = _one(score.scorecard(snapshot, targets.of_store(store.root), NOVEMBER), CITY, "community_share")
    assert (found.state, found.target.original) == (MISSED, 40.0)
    assert found.to_json()["overridden"] is True


def test_without_rosters_nothing_is_said_about_duty(store: Store) -> None:
    assert shortfalls.shortfalls(tiny.snapshot_of(store, some_alerts), NOVEMBER) == ()


def test_shortfalls_are_said_run_by_run() -> None:
    runs = (ShortRun((21, 22, 23, 0), 22, 2.6, 1.0), ShortRun((7,), 7, 3.2, 1.0))
    found = Shortfall(CITY, "东港派出所", runs, OCTOBER, NOVEMBER)
    assert (found.hours, found.worst.worst_hour) == ((0, 7, 21, 22, 23), 7)
    assert found.missing == pytest.approx(2.2)
    assert found.text == (
        "21 时至次日 1 时最多缺 2 人（22 时应配 2.6 人，在岗 1.0 人）；"
        "7 时至 8 时缺 2 人（7 时应配 3.2 人，在岗 1.0 人）"
    )
    plain = found.to_json()
    assert (plain["hours"], plain["needed"], plain["missing"]) == ([0, 7, 21, 22, 23], 3.2, 2.2)


def test_strange_reports_are_named(store: Store) -> None:
    changes = (some_alerts, report(NOVEMBER, CITY, "双向熟习率", 4, 5), report(NOVEMBER, CITY, "双向熟悉率", 60, 50))
    notes = " ".join(card_of(store, *changes).notes)
    assert "双向熟习率" in notes
    assert "分子大于分母" in notes


# ---- command line and template -------------------------------------------------------------------


def test_command_line_formats(demo: tuple[Snapshot, list[dict[str, Any]], Path], capsys: Any) -> None:
    _, truths, root = demo
    code = next(truth["stations"][0] for truth in truths if truth["id"].startswith("community-gap"))
    assert main(["score", "--store", str(root), "--station", code, "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["policy"] == "binhai-2023"
    assert found["month"] == "2026-11"
    (share,) = [one for one in found["scores"] if one["target"] == "community_share"]
    assert (share["state"], share["station"]) == (MISSED, code)
    assert set(share["gap"]) == {"amount", "unit", "text", "sign", "moved", "hired", "relative"}
    assert main(["score", "--store", str(root), "--policy", "county-2023", "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert {row["state"] for row in rows} <= set(score.STATES)
    assert rows[0]["gap_text"] is not None
    assert main(["score", "--store", str(root)]) == 0
    printed = capsys.readouterr().out
    assert "社区民警占派出所警力" in printed
    assert "示例数据" in printed
    assert main(["score", "--store", str(root), "--station", code, "--month", "2026-10"]) == 0
    assert "2026-10" in capsys.readouterr().out


def test_command_line_refusals(demo: tuple[Snapshot, list[dict[str, Any]], Path], tmp_path: Path, capsys: Any) -> None:
    _, _, root = demo
    assert main(["score", "--store", str(root), "--station", "新刚派出所"]) == 2
    assert "派出所" in capsys.readouterr().err
    assert main(["score", "--store", str(tmp_path / "empty")]) == 1
    assert "还没有数据" in capsys.readouterr().err
    # A month outside the data is answered: nothing is reported, and no event can be judged.
    for month in ("1999-12", "2031-05"):
        assert main(["score", "--store", str(root), "--month", month, "--format", "json"]) == 0
        found = json.loads(capsys.readouterr().out)["scores"]
        assert not {one["state"] for one in found} & {MET, MISSED}
    assert main(["score", "--store", str(root), "--policy", "binhai"]) == 2
    assert "是否要找「binhai-2023」" in capsys.readouterr().err
    for wrong in (["--month", "2026-13"], ["--month", "11月"], ["--month", "0001-01"]):
        with pytest.raises(SystemExit) as caught:
            main(["score", "--store", str(root), *wrong])
        assert caught.value.code == 2


def test_the_filled_template_comes_back_as_scores(store: Store, tmp_path: Path) -> None:
    tiny.publish(store, some_alerts, report(NOVEMBER, CITY, "标准地址登记率", 99, 100))
    path = tmp_path / "报送.xlsx"
    asked = ["template", "-o", str(path), "--store", str(store.root), "--station", CITY, "--month", "2026-11"]
    assert main(asked) == 0
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["报送指标", "填报说明", "指标", "单位"]
    sheet = book["报送指标"]
    assert len(sheet.data_validations.dataValidation) == 4
    for row in range(2, sheet.max_row + 1):
        if sheet.cell(row, 4).value == "双向熟悉率":
            sheet.cell(row, 5).value, sheet.cell(row, 6).value = 45, 50
    book.save(path)
    report_of_import = running.run(store, [path], mapping.load(MAPPING), 0.0, lambda stage, done: None, None)
    assert report_of_import.to_json()["rejected"] == 0
    card = score.scorecard(_current(store), targets.load(), NOVEMBER)
    assert _one(card, CITY, "mutual_familiarity").value == 90.0
    assert _one(card, CITY, "mutual_familiarity").state == MET
    # What was reported before came along and is still there; what was left empty is not reported.
    assert _one(card, CITY, "address_registered").value == 99.0
    assert _one(card, CITY, "public_satisfaction").state == UNREPORTED


def _current(store: Store) -> Snapshot:
    snapshot = Reader(store).snapshot()
    assert snapshot is not None
    return snapshot


def test_the_template_without_data_lists_every_indicator(tmp_path: Path) -> None:
    path = tmp_path / "空.xlsx"
    assert main(["template", "-o", str(path), "--store", str(tmp_path / "none")]) == 0
    listed = [row[0] for row in openpyxl.load_workbook(path)["指标"].iter_rows(min_row=2, values_only=True)]
    assert set(listed) == {target.indicator for target in targets.indicators()}
    assert main(["template", "-o", str(tmp_path / "no" / "x.xlsx"), "--store", str(tmp_path / "none")]) == 1
