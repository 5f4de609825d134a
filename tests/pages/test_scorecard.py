"""指标账单: what the address asks for is what is shown and exported, and any address stands."""

from __future__ import annotations

import base64
import csv
import io
import re
from typing import Any

import pytest
from dash import Dash
from flask.testing import FlaskClient

from app import create_app
from data.reading import Reader, Snapshot
from data.snapshots import Store
from metrics import catalogue
from metrics.briefing import short_name
from metrics.model import MetricError
from metrics.score import MISSED, UNREPORTED
from metrics.selfcheck import ranked
from pages._components import filters, score_export, score_questions, score_view
from tests import tiny
from tests.pages.asking import ask, html_of

VERSION = {"snapshot.data": 1}
PARTS = ("own-scores", "bureau", "scores", "clauses")


def show(client: FlaskClient, search: str = "") -> dict[str, Any]:
    return ask(client, "scorecard-state.children", {"url.search": search, **VERSION})


def rows_of(answer: dict[str, Any]) -> list[str]:
    """Return the stations of the matrix in the order shown."""
    return re.findall(r'<th scope="row"[^>]*><a [^>]*>([^<]+)</a>', html_of(answer["scores-body"]["children"]))


@pytest.fixture(scope="module")
def snapshot(demo_store: Store) -> Snapshot:
    found = Reader(demo_store).snapshot()
    assert found is not None
    return found


def asked(snapshot: Snapshot, store: Store, **query: str) -> score_questions.Asked:
    return score_questions.read(query, snapshot, store)[0]


def test_shows_every_station_and_the_bureau(client: FlaskClient) -> None:
    answer = show(client)
    body = html_of(answer["scores-body"]["children"])
    assert answer["scorecard-grid"]["hidden"] is False
    assert answer["scorecard-state"]["children"] == []
    assert len(rows_of(answer)) == 8
    assert "✗" in body
    assert "社区民警占派出所警力" in body
    assert "派出所警力占全局" in html_of(answer["bureau-body"]["children"])
    assert "津滨公通〔2023〕4号" in answer["clauses-sub"]["children"]


@pytest.mark.parametrize(
    ("search", "said"),
    [
        ("?policy=binhai", "是否要找「binhai-2023」"),
        ("?month=2026-13", "月份「2026-13」无法识别"),
        ("?month=1999-01", "1999年1月没有数据"),
        ("?kind=城镇", "没有名为「城镇」的派出所类别"),
        ("?state=bad", "没有名为「bad」的状态"),
        ("?sort=community_shar", "是否要找「community_share」"),
        ("?policy=" + "x" * 3000 + "&month=%00&kind=<script>", "已忽略"),
    ],
)
def test_what_is_not_understood_is_said_and_left_out(client: FlaskClient, search: str, said: str) -> None:
    answer = show(client, search)
    assert said in html_of(answer["scorecard-state"]["children"])
    assert answer["scorecard-grid"]["hidden"] is False
    assert len(rows_of(answer)) == 8


def test_lists_show_what_the_address_says(client: FlaskClient) -> None:
    answer = show(client, "?policy=county-2023&month=2026-06&state=missed&sort=community_share")
    values = {key: answer[f"score-{key}"]["value"] for key in ("policy", "month", "kind", "state", "sort")}
    assert values == {
        "policy": "county-2023",
        "month": "2026-06",
        "kind": "*",
        "state": "missed",
        "sort": "community_share",
    }
    for key, value in values.items():
        assert value in [option["value"] for option in answer[f"score-{key}"]["options"]]
    assert show(client)["score-month"]["value"] == "*"


def test_sorting_by_station_missed_and_target(client: FlaskClient, snapshot: Snapshot, demo_store: Store) -> None:
    by_station = rows_of(show(client, "?sort=station"))
    by_missed = rows_of(show(client))
    assert sorted(by_station) == sorted(by_missed)
    view = score_view.view_of(snapshot, asked(snapshot, demo_store))
    counts = [sum(score.state == MISSED for score in view.row(one.code)) for one in view.stations]
    assert counts == sorted(counts, reverse=True)
    view = score_view.view_of(snapshot, asked(snapshot, demo_store, sort="beat_officers"))
    gaps = [view.scores[one.code, "beat_officers"].relative for one in view.stations]
    assert gaps == sorted(gaps, reverse=True)


def test_the_chosen_station_is_marked_and_told_whole(
    client: FlaskClient, snapshot: Snapshot, demo_store: Store
) -> None:
    everyone = show(client)
    assert everyone["own-scores"]["hidden"] is True
    first, second, *_ = catalogue.of(snapshot).stations.values()
    answer = show(client, f"?station={first.code}")
    assert answer["own-scores"]["hidden"] is False
    assert answer["own-scores-title"]["children"].startswith(first.name)
    rest = [name for name in rows_of(everyone) if name != rows_of(answer)[0]]
    assert rows_of(answer) == [short_name(first.name), *rest]
    assert marked(everyone) == 0 and marked(answer) == 1
    assert ["所选派出所排在最前" in one["scores-sub"]["children"] for one in (everyone, answer)] == [False, True]
    own = html_of(answer["own-scores-body"]["children"])
    card = score_questions.card_of(snapshot, asked(snapshot, demo_store))
    assert all(score.target.label in own for score in card.of_station(first.code))
    # In the order of 所队自查: what is missed by most is on top.
    missed = [score.target.label for score in ranked(card.of_station(first.code)) if score.state == MISSED]
    listed = own.split('class="line-name"')[1 : len(missed) + 1]
    assert len(missed) > 1 and all(label in row for label, row in zip(missed, listed, strict=True))
    two = show(client, f"?station={first.code},{second.code}")
    assert two["own-scores"]["hidden"] is True and marked(two) == 2
    assert set(rows_of(two)[:2]) == {short_name(first.name), short_name(second.name)}
    assert show(client, "?station=没有的所")["own-scores"]["hidden"] is True


def test_one_station_alone_is_all_that_is_shown_and_printed(client: FlaskClient, snapshot: Snapshot) -> None:
    code = next(iter(catalogue.of(snapshot).stations))
    alone = show(client, f"?station={code}&view=own&policy=county-2023")
    assert {name: alone[name]["hidden"] for name in PARTS} == {name: name != "own-scores" for name in PARTS}
    body = html_of(alone["own-scores-body"]["children"])
    assert "data-print" in body and f'href="/scorecard?station={code}&amp;policy=county-2023"' in body
    among = show(client, f"?station={code}")
    assert not any(among[name]["hidden"] for name in PARTS)
    assert f'href="/scorecard?station={code}&amp;view=own"' in html_of(among["own-scores-body"]["children"])
    # Without one station there is no such list: all is shown, and that is said.
    nobody = show(client, "?view=own")
    assert [name for name in PARTS if nobody[name]["hidden"]] == ["own-scores"]
    assert "没有选定一个派出所" in html_of(nobody["scorecard-state"]["children"])
    assert "页面内容" in html_of(show(client, "?view=odd")["scorecard-state"]["children"])


def marked(answer: dict[str, Any]) -> int:
    """Return how many rows of the matrix are marked as chosen."""
    return str(answer["scores-body"]["children"]).count("is-link is-chosen")


def test_state_keeps_only_its_cells(snapshot: Snapshot, demo_store: Store) -> None:
    view = score_view.view_of(snapshot, asked(snapshot, demo_store, state="unreported"))
    assert view.scores
    assert {score.state for score in view.scores.values()} == {UNREPORTED}
    assert all(view.row(one.code) for one in view.stations)
    assert all(view.column(column.id) for column in view.columns)


def test_kind_keeps_only_its_stations(snapshot: Snapshot, demo_store: Store) -> None:
    view = score_view.view_of(snapshot, asked(snapshot, demo_store, kind="农村"))
    assert {one.kind for one in view.stations} == {"农村"}


def test_links_carry_question_and_filter(client: FlaskClient) -> None:
    body = html_of(show(client, "?period=month&policy=county-2023&sort=gap")["scores-body"]["children"])
    station = re.search(r'href="(/station/[^"]+)"', body)
    assert station is not None
    assert "period=month" in station[1]
    assert "policy=county-2023" in station[1]
    assert "sort" not in station[1]
    assert "state=missed" in body


def test_month_is_said_as_far_as_its_data_goes(client: FlaskClient) -> None:
    assert "2026年11月（发生类指标截至 11月21日）" in show(client)["scores-sub"]["children"]
    assert show(client, "?month=2026-10")["scores-sub"]["children"].startswith("2026年10月 ·")


def test_empty_store(empty_app: Dash) -> None:
    answer = show(empty_app.server.test_client())
    assert answer["scorecard-grid"]["hidden"] is True
    assert "还没有数据" in html_of(answer["scorecard-state"]["children"])


def test_store_without_staffing(store: Store) -> None:
    tiny.publish(store, lambda con: tiny.alerts(con, [{"call": "2026-11-20 08:00", "cat": "02"}]))
    answer = show(create_app(store.root).server.test_client())
    assert answer["scorecard-grid"]["hidden"] is False
    assert "没有一项目标可以评分" in html_of(answer["scorecard-state"]["children"])
    # A matrix in which every cell says 未报送 is one line; asked for by its state it is shown.
    assert answer["scores-body"]["children"] is None
    assert "项目标该月均未报送" in html_of(answer["scores-note"]["children"])
    asked = show(create_app(store.root).server.test_client(), "?state=unreported")
    assert "未报送" in html_of(asked["scores-body"]["children"])
    assert ">0%" not in html_of(asked["scores-body"]["children"])


def test_store_without_any_fact(store: Store) -> None:
    tiny.publish(store)
    answer = show(create_app(store.root).server.test_client())
    assert answer["scorecard-grid"]["hidden"] is True
    assert "请先在「数据接入」导入数据" in html_of(answer["scorecard-state"]["children"])


def test_one_station(store: Store) -> None:
    def only(con: Any) -> None:
        con.execute("INSERT INTO stations (code, name, kind) VALUES ('A', '东港派出所', NULL)")
        tiny.alerts(con, [{"call": "2026-11-20 08:00", "station": "A"}])

    tiny.publish(store, only, with_lists=False)
    answer = show(create_app(store.root).server.test_client(), "?sort=gap&state=unreported")
    assert rows_of(answer) == ["东港所"]


def test_broken_configuration_is_said(demo_store: Store, store: Store) -> None:
    tiny.publish(store, lambda con: tiny.alerts(con, [{"call": "2026-11-20 08:00"}]))
    (store.root / "config.toml").write_text("[targets]\npolicy = 'binhai'\n", encoding="utf-8")
    answer = show(create_app(store.root).server.test_client())
    assert answer["scorecard-grid"]["hidden"] is True
    assert "config.toml" in html_of(answer["scorecard-state"]["children"])


def test_override_is_shown_with_the_documents_value(store: Store) -> None:
    tiny.publish(store, lambda con: tiny.alerts(con, [{"call": "2026-11-20 08:00"}]))
    override = "[targets.override.community_share]\nvalue = 45\nreason = '本局方案'\n"
    (store.root / "config.toml").write_text(override, encoding="utf-8")
    clauses = html_of(show(create_app(store.root).server.test_client())["clauses-body"]["children"])
    assert "≥ 45%" in clauses
    assert "本局调整，文件原为 40 %：本局方案" in clauses


def test_months_go_back_to_the_first_data(snapshot: Snapshot) -> None:
    months = score_questions.months(snapshot)
    assert months[0].isoformat() == "2026-11-01"
    assert months == tuple(sorted(months, reverse=True))


def download(client: FlaskClient, search: str) -> dict[str, Any]:
    clicks = {"scores-export-csv.n_clicks": 1, "scores-export-xlsx.n_clicks": None}
    sent = ask(client, "scores-export-file.data", clicks, {"url.search": search})
    found: dict[str, Any] = sent["scores-export-file"]["data"]
    return found


def lines_of(sent: dict[str, Any]) -> list[list[str]]:
    return list(csv.reader(io.StringIO(base64.b64decode(sent["content"]).decode("utf-8-sig"))))


def test_csv_has_the_rows_on_screen(client: FlaskClient) -> None:
    sent = download(client, "?kind=农村&state=missed")
    rows = lines_of(sent)
    head = {row[0]: row[1] for row in rows[: rows.index([])]}
    assert head["政策目标包"] == "滨海新区派出所警务机制改革（2023）（binhai-2023）"
    assert head["筛选"] == "农村派出所 · 只含未达标"
    assert {"时段", "口径", "数据截至", "版本", "示例数据"} <= set(head)
    table = rows[rows.index([]) + 1 :]
    assert table[0][:4] == ["单位代码", "单位", "类别", "目标"]
    stations = [row for row in table[1:] if row[0]]
    assert {row[2] for row in stations} == {"农村"}
    assert {row[10] for row in stations} == {"未达标"}
    assert "未达标" in sent["filename"] or sent["filename"].startswith("指标账单_binhai-2023_2026-11")


def test_workbook_has_matrix_and_list(snapshot: Snapshot, demo_store: Store) -> None:
    question = asked(snapshot, demo_store)
    view = score_view.view_of(snapshot, question)
    matrix = score_export.matrix_sheet(snapshot, question, view)
    listed = score_export.list_sheet(snapshot, question, view)
    assert len(matrix.rows) == 8
    assert all(len(row) == len(matrix.columns) for row in matrix.rows)
    assert len(listed.rows) == len(view.scores) + len(view.bureau)
    assert all(len(row) == len(listed.columns) for row in listed.rows)
    unreported = [row for row in listed.rows if row[10] == UNREPORTED]
    assert unreported
    assert all(row[6] is None for row in unreported)


def test_files_have_the_chosen_stations_first_as_the_page_has(
    client: FlaskClient, snapshot: Snapshot, demo_store: Store
) -> None:
    names = [short_name(one.name) for one in catalogue.of(snapshot).stations.values()]
    by_code = dict(zip(names, catalogue.of(snapshot).stations, strict=True))
    # The two that the plain order puts last.
    search = f"?station={','.join(by_code[name] for name in rows_of(show(client))[-2:])}"
    on_page = rows_of(show(client, search))
    question = asked(snapshot, demo_store, **filters.query_of(search))
    matrix = score_export.matrix_sheet(snapshot, question, score_view.view_of(snapshot, question))
    assert [short_name(str(row[0])) for row in matrix.rows] == on_page
    rows = lines_of(download(client, search))
    listed = [row for row in rows[rows.index([]) + 2 :] if row[0]]
    assert list(dict.fromkeys(short_name(row[1]) for row in listed)) == on_page != rows_of(show(client))


def test_no_months_is_an_error_in_words(store: Store) -> None:
    with pytest.raises(MetricError, match="数据仓里还没有"):
        score_questions.months(tiny.snapshot_of(store))
