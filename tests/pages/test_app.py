"""The application as a whole: every page stands whatever the URL says, nothing leaves the machine, errors are plain."""

from __future__ import annotations

import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import dash
import pytest
from dash import Dash, dcc
from dash.development.base_component import Component
from flask.testing import FlaskClient

from data.snapshots import Store
from pages._components import figures

ROOT = Path(__file__).resolve().parents[2]
ODD_QUERIES: list[dict[str, Any]] = [
    {},
    {"period": "custom"},
    {"period": "x" * 5000, "from": "2026-13-40", "to": "%00", "station": ["a", "b"], "cutoff": "99"},
    {"q": ["a", "b"]},
    {"q": "<script>", "valid": "", "unknown": "1", "layout": "2"},
]
# The order of the design, whichever of the pages there are.
RAIL = (
    "今日会商", "趋势研判", "风险热力", "警力配置", "所队自查", "指标账单", "案件侦防", "重复警情",
    "指标口径", "数据接入", "大屏", "系统管理",
)  # fmt: skip


def components(part: Any) -> list[Any]:
    """Return a component and all below it."""
    if isinstance(part, (list, tuple)):
        return [found for one in part for found in components(one)]
    if not isinstance(part, Component):
        return []
    return [part, *components(getattr(part, "children", None))]


def pages_of(app: Dash) -> list[dict[str, Any]]:
    assert app.use_pages
    return list(dash.page_registry.values())


@pytest.mark.parametrize("query", ODD_QUERIES)
def test_every_layout_stands_with_any_query(demo_app: Dash, query: dict[str, Any]) -> None:
    with demo_app.server.test_request_context("/"):
        for page in pages_of(demo_app):
            assert components(page["supplied_layout"] or page["layout"](**query)), page["path"]


def test_every_graph_has_the_safe_config(demo_app: Dash) -> None:
    found = 0
    with demo_app.server.test_request_context("/"):
        for page in pages_of(demo_app):
            for part in components(page["layout"]()):
                if isinstance(part, dcc.Graph):
                    found += 1
                    assert getattr(part, "config", None) == figures.SAFE_CONFIG
    assert found > 0


def test_rail_lists_the_pages_in_their_order(demo_app: Dash) -> None:
    with demo_app.server.test_request_context("/"):
        links = [part for part in components(demo_app.layout()) if getattr(part, "className", "") == "rail-link"]
    shown = [link.children for link in links]
    assert shown == [name for name in RAIL if name in shown]
    assert {"今日会商", "所队自查", "指标账单", "指标口径", "数据接入"} <= set(shown)
    keys = [getattr(link, "data-key") for link in links]
    assert len(set(keys)) == len(keys)


def test_ids_are_used_once(demo_app: Dash) -> None:
    with demo_app.server.test_request_context("/"):
        frame = [str(part.id) for part in components(demo_app.layout()) if getattr(part, "id", None)]
        for page in pages_of(demo_app):
            inside = [str(part.id) for part in components(page["layout"]()) if getattr(part, "id", None)]
            assert len(set(inside)) == len(inside), page["path"]
            assert not set(inside) & set(frame), page["path"]


def test_nothing_names_another_host() -> None:
    outside = re.compile(r"(?:https?:)?//(?!www\.w3\.org)[\w-]+\.[\w.-]+")
    for path in [*(ROOT / "assets").glob("*.*"), *(ROOT / "pages").rglob("*.py"), ROOT / "app.py"]:
        assert not outside.findall(path.read_text(encoding="utf-8")), path.name


def test_health(client: FlaskClient, empty_app: Dash) -> None:
    answer = client.get("/health").get_json()
    assert set(answer) == {"status", "snapshot", "stamp", "data_as_of", "age_seconds", "version"}
    assert (answer["status"], answer["snapshot"], answer["data_as_of"]) == ("ok", 1, "2026-11-22 00:00:00")
    empty = empty_app.server.test_client().get("/health")
    assert (empty.status_code, empty.get_json()["status"], empty.get_json()["snapshot"]) == (200, "empty", None)


def test_health_of_a_broken_store(tmp_path: Path) -> None:
    from app import create_app

    root = tmp_path / "store"
    root.mkdir()
    (root / "current.json").write_text("{", encoding="utf-8")
    client = create_app(root).server.test_client()
    answer = client.get("/health")
    assert (answer.status_code, answer.get_json()["status"]) == (503, "error")
    assert client.get("/").status_code == 200


def test_headers(client: FlaskClient) -> None:
    answer = client.get("/")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-eval" not in policy
    assert "'unsafe-inline'" not in policy.split("style-src")[0]
    assert "frame-ancestors 'self'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"


def test_policy_knows_the_scripts_of_its_own_response(client: FlaskClient) -> None:
    import base64
    import hashlib

    answer = client.get("/")
    inline = re.findall(
        r"<script(?: id=\"_dash-renderer\"[^>]*)?>(.*?)</script>", answer.get_data(as_text=True), re.DOTALL
    )
    assert inline
    for script in inline:
        if script:
            digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in answer.headers["Content-Security-Policy"]


def test_errors_are_pages_in_chinese(client: FlaskClient) -> None:
    missing = client.get("/assets/nothing.css")
    assert missing.status_code == 404
    assert "找不到页面" in missing.get_data(as_text=True)
    assert client.get("/rejected/version/99.csv").status_code == 404
    assert client.get("/rejected/check/zz.csv").status_code == 404
    # Any other address is the application itself, which says so in its frame.
    assert client.get("/rejected/check/../../current.json.csv").mimetype == "text/html"


def test_a_bug_shows_no_traceback(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def bug() -> str:
        raise RuntimeError("secret detail")

    monkeypatch.setitem(client.application.view_functions, "health", bug)
    answer = client.get("/health")
    assert answer.status_code == 500
    assert "程序内部错误" in answer.get_data(as_text=True)
    assert "secret" not in answer.get_data(as_text=True)
    assert "secret detail" in caplog.text


def test_upload_is_refused_without_our_header(client: FlaskClient) -> None:
    assert client.post("/upload", data=b"a,b\n1,2\n").status_code == 403
    assert client.delete("/health").status_code == 405


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serve(store: Path, port: int) -> subprocess.Popen[str]:
    command = [sys.executable, "app.py", "--store", str(store), "--port", str(port)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_served_stopped_and_port_in_use(demo_store: Store) -> None:
    port = free_port()
    server = serve(demo_store.root, port)
    try:
        assert server.stdout is not None
        assert f"http://127.0.0.1:{port}/" in server.stdout.readline()
        with urlopen(f"http://127.0.0.1:{port}/health") as answer:
            assert answer.status == 200
        second = serve(demo_store.root, port)
        _, said = second.communicate(timeout=30)
        assert second.returncode == 1
        assert f"端口 {port} 已被占用" in said
        assert "Traceback" not in said
    finally:
        server.send_signal(signal.SIGTERM)
        _, said = server.communicate(timeout=15)
    assert server.returncode == 0
    assert said == ""
