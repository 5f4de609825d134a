"""Imports from the page: files that may be chosen, steps in a process of their own, nothing published unchecked."""

from __future__ import annotations

import io
import json
import time
from pathlib import Path

import pytest
from dash import Dash

from data.importing import running
from data.reading import Reader
from data.snapshots import Store, StoreError
from metrics import catalogue
from pages._components import import_panels, jobs
from tests.pages.reading import text_of

MAPPING = """
name = "手工"
table = "alerts"
coord_sys = "wgs84"
[register]
stations = { kind = "城区" }
categories = { group = "治安" }
[fields]
id = "id"
call_time = { column = "time", format = "%Y-%m-%d %H:%M" }
cat_orig = "category"
station_code = "station"
"""
ROWS = "id,time,category,station\n" + "".join(f"{n},2026-11-{n % 20 + 1:02d} 08:30,A,S{n % 3}\n" for n in range(1, 41))


def upload(store: Store, content: str, name: str = "calls.csv") -> jobs.Job:
    return jobs.receive(store, name, io.BytesIO(content.encode()))


def finish(store: Store, token: str) -> jobs.State:
    for _ in range(300):
        state = jobs.state(store, token)
        if not state.running:
            return state
        time.sleep(0.1)
    raise AssertionError("the worker did not finish")


def step(store: Store, token: str, action: str, mapping: str = MAPPING, most: float = 0.02) -> jobs.State:
    jobs.start(store, token, action, mapping, most)
    return finish(store, token)


def test_check_then_publish(store: Store) -> None:
    job = upload(store, ROWS)
    checked = step(store, job.token, jobs.CHECK)
    assert checked.result is not None
    assert "error" not in checked.result, checked.result
    assert checked.result["report"]["read"] == checked.result["report"]["kept"] == 40
    assert len(checked.result["preview"]["rows"]) == 20
    assert store.current_id() is None
    assert import_panels.may_publish(checked)
    published = step(store, job.token, jobs.PUBLISH)
    assert published.result is not None
    assert published.result["report"]["snapshot"] == 1
    assert not import_panels.may_publish(published)
    assert "已发布版本 1" in text_of(import_panels.result_panel(job.token, published))
    jobs.discard(store, job.token)
    assert not job.path.exists()


def test_the_same_file_again_has_nothing_to_publish(store: Store) -> None:
    for _ in range(2):
        job = upload(store, ROWS)
        state = step(store, job.token, jobs.CHECK)
        if import_panels.may_publish(state):
            step(store, job.token, jobs.PUBLISH)
    assert store.current_id() == 1
    assert "未改变任何数据" in text_of(import_panels.result_panel(job.token, state))


def test_only_what_was_checked_is_published(store: Store) -> None:
    job = upload(store, ROWS)
    with pytest.raises(StoreError, match="重新检查"):
        jobs.start(store, job.token, jobs.PUBLISH, MAPPING, 0.02)
    step(store, job.token, jobs.CHECK)
    with pytest.raises(StoreError, match="重新检查"):
        jobs.start(store, job.token, jobs.PUBLISH, MAPPING + "\n# changed", 0.02)
    with pytest.raises(StoreError, match="重新检查"):
        jobs.start(store, job.token, jobs.PUBLISH, MAPPING, 0.5)


@pytest.mark.parametrize(
    ("content", "mapping"),
    [
        ("id,time\n1,2026-11-01 08:00\n", MAPPING),
        (ROWS.replace("2026-11", "2026-99"), MAPPING),
        (ROWS, "not toml ["),
        (ROWS, ""),
        ("\x00\x01\x02" * 200, MAPPING),
    ],
)
def test_a_wrong_file_or_mapping_is_said_and_changes_nothing(store: Store, content: str, mapping: str) -> None:
    job = upload(store, content)
    state = step(store, job.token, jobs.CHECK, mapping)
    assert state.result is not None
    assert state.result["error"]
    assert "Traceback" not in state.result["error"]
    assert not import_panels.may_publish(state)
    assert text_of(import_panels.result_panel(job.token, state)).startswith(state.result["error"])
    assert store.current_id() is None


def test_a_killed_worker_is_noticed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    job = upload(store, ROWS)
    folder = store.root / "uploads" / job.token
    jobs.write_json(folder / "task.json", {"action": jobs.CHECK, "begun": time.time() - 60})
    state = jobs.state(store, job.token)
    assert not state.running
    assert state.result is not None
    assert "意外中止" in state.result["error"]


def test_names_of_files_stay_inside_their_folder(store: Store) -> None:
    job = upload(store, ROWS, "../../../etc/pass\x00wd.csv")
    assert job.path.parent == store.root / "uploads" / job.token / "source"
    assert "/" not in job.name
    assert upload(store, ROWS, "").name == "upload"


def test_empty_and_oversized_uploads_leave_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(StoreError, match="空的"):
        upload(store, "")
    monkeypatch.setattr(jobs, "LARGEST_UPLOAD", 100)
    with pytest.raises(StoreError, match="inbox"):
        upload(store, ROWS)
    assert list((store.root / "uploads").iterdir()) == []


@pytest.mark.parametrize("token", [None, "", "../x", "a" * 31, "A" * 32, "0" * 32])
def test_unknown_tokens(store: Store, token: str | None) -> None:
    with pytest.raises(StoreError):
        jobs.find(store, token)
    jobs.discard(store, token)


def test_inbox_gives_its_own_files_only(store: Store, tmp_path: Path) -> None:
    store.inbox.mkdir(parents=True)
    (store.inbox / "a.csv").write_text(ROWS, encoding="utf-8")
    (store.inbox / ".hidden").write_text("x", encoding="utf-8")
    secret = tmp_path / "secret.csv"
    secret.write_text("x", encoding="utf-8")
    (store.inbox / "link.csv").symlink_to(secret)
    (store.inbox / "folder").mkdir()
    assert [name for name, _ in jobs.inbox_files(store)] == ["a.csv"]
    for name in ("../hash.key", "/etc/passwd", "link.csv", ".hidden", ""):
        with pytest.raises(StoreError, match="没有文件"):
            jobs.take_from_inbox(store, name)
    job = jobs.take_from_inbox(store, "a.csv")
    jobs.discard(store, job.token)
    assert (store.inbox / "a.csv").exists()


def test_mappings_are_kept_under_plain_names(store: Store) -> None:
    assert jobs.keep_mapping(store, " 110 接警/../x ", MAPPING) == "110_接警_x"
    assert jobs.mapping_names(store) == ["110_接警_x", *jobs.SHIPPED_MAPPINGS]
    assert jobs.mapping_text(store, "110_接警_x") == MAPPING
    with pytest.raises(StoreError, match="没有名为"):
        jobs.mapping_text(store, "../../hash")
    with pytest.raises(StoreError, match="名称"):
        jobs.keep_mapping(store, "../", MAPPING)


def test_left_overs_go_after_a_day(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    old = upload(store, ROWS)
    monkeypatch.setattr(jobs, "_STALE_SECONDS", -1)
    upload(store, ROWS)
    assert not old.path.exists()


def test_upload_over_http(demo_app: Dash) -> None:
    client = demo_app.server.test_client()
    headers = {"X-Requested-With": "station-watch", "X-File-Name": "%E6%8E%A5%E8%AD%A6.csv"}
    answer = client.post("/upload", data=ROWS.encode(), headers=headers)
    assert answer.status_code == 200
    with demo_app.server.app_context():
        from pages._components import session

        job = jobs.find(session.current_store(), answer.get_json()["token"])
    assert job.name == "接警.csv"
    assert job.path.read_text(encoding="utf-8") == ROWS
    assert client.post("/upload", data=b"", headers=headers).get_json()["error"].startswith("文件 接警.csv 是空的")


def test_versions_list_only_what_each_added(store: Store) -> None:
    for name, content in (("a.csv", ROWS), ("b.csv", ROWS.replace("\n1,", "\n41,"))):
        job = upload(store, content, name)
        step(store, job.token, jobs.CHECK)
        step(store, job.token, jobs.PUBLISH)
    table = text_of(import_panels.versions_table(store, store.versions()))
    assert table.count("a.csv") == 1
    assert table.count("b.csv") == 1
    assert "回退到此版" in table


OUTLINES = {
    "type": "FeatureCollection",
    "features": [
        {
            "type": "Feature",
            "properties": {"code": f"S{n}"},
            "geometry": {"type": "Polygon", "coordinates": [[[n, 30], [n + 1, 30], [n + 1, 31], [n, 30]]]},
        }
        for n in (104, 104, 105)
    ],
}


def test_outlines_are_guessed_checked_and_published(store: Store) -> None:
    job = upload(store, json.dumps(OUTLINES), "districts.geojson")
    guessed = running.guess(job.path, store)
    assert "[register]" in guessed
    answered = guessed.replace('# coord_sys = "？"', 'coord_sys = "wgs84"')
    checked = step(store, job.token, jobs.CHECK, answered)
    assert checked.result is not None and import_panels.may_publish(checked), checked.result
    said = text_of(import_panels.result_panel(job.token, checked))
    assert "districts.geojson → 辖区边界" in said and "辖区面积" in said and "要素数" in said
    assert all(len(cell) <= 60 for row in checked.result["preview"]["rows"] for cell in row)
    published = step(store, job.token, jobs.PUBLISH, answered)
    assert published.result is not None
    report = published.result["report"]
    assert (report["read"], report["kept"], report["duplicate"], report["snapshot"]) == (3, 2, 1, 1)
    snapshot = Reader(store).snapshot()
    assert snapshot is not None
    assert "辖区边界" in text_of(import_panels.lineage_table(snapshot))
    drawn = [one.boundary is not None for one in catalogue.of(snapshot).stations.values()]
    assert drawn == [True, True]


def test_a_broken_outline_is_explained_on_the_page(store: Store) -> None:
    job = upload(store, json.dumps(OUTLINES)[:-40], "districts.geojson")
    with pytest.raises(StoreError, match="被截断"):
        running.guess(job.path, store)
