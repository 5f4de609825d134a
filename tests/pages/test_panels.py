"""The panels of the cards as the browser asks for them: definitions, exports, notes; and what a card offers."""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import dash
import pandas as pd
import pytest
from dash import Dash, html
from flask.testing import FlaskClient
from python_calamine import CalamineWorkbook

from data.notes import FILE, Notes
from data.reading import Reader
from data.snapshots import Store
from metrics.briefing import brief
from metrics.definitions import METRICS
from metrics.model import MetricError
from metrics.selection import Selection
from pages._components import cards, definitions, export
from pages._components.shown import Shown, pin_of, pinned
from tests.pages.asking import ask, html_of
from tests.pages.reading import read, text_of
from tests.pages.test_app import components, pages_of

# Cards that hold no figures: what they show is not data of a period.
WITHOUT_EXPORT = {"import", "lineage", "quality", "versions"}


@pytest.fixture
def no_notes(demo_store: Store) -> Iterator[Store]:
    """The demo store, its notes taken away afterwards."""
    yield demo_store
    for path in demo_store.root.glob(f"{FILE}*"):
        path.unlink()


def shown_of(store: Store, path: str = "/", **query: str) -> Shown:
    snapshot = Reader(store).snapshot()
    assert snapshot is not None
    return Shown(snapshot, store, Selection.from_query(query)[0], path, query)


# ---- what cards offer ----------------------------------------------------------------------------


def test_every_card_of_every_page_can_be_exported(demo_app: Dash) -> None:
    found, missing = 0, []
    with demo_app.server.test_request_context("/"):
        for page in pages_of(demo_app):
            for part in components(page["layout"]()):
                classes = str(getattr(part, "className", "")).split()
                id = getattr(part, "id", None)
                if "card-box" not in classes or id is None or not components(part)[1:]:
                    continue
                has_head = any(getattr(one, "id", None) == f"{id}-title" for one in components(part))
                if has_head and id not in WITHOUT_EXPORT:
                    found += 1
                    missing += [] if export.offered(id) else [f"{page['path']} {id}"]
    assert found >= 10
    assert missing == []


def test_every_offer_gives_tables_with_a_whole_head(demo_app: Dash, demo_store: Store) -> None:
    code = shown_of(demo_store).snapshot.rows("SELECT min(code) FROM stations")[0][0]
    paths: dict[str, str] = {}
    with demo_app.server.test_request_context("/"):
        for page in pages_of(demo_app):
            ids = [getattr(part, "id", None) for part in components(page["layout"]())]
            paths |= {id: page["path_template"] or page["path"] for id in ids if isinstance(id, str)}
    for card, offer in export._OFFERS.items():
        shown = shown_of(demo_store, paths[card].replace("<code>", code), period="last7")
        try:
            made = offer.sheets(shown)
        except MetricError as error:
            # A card that shows nothing on this store, or nothing yet, says so.
            assert str(error).endswith("。"), card
            continue
        for number, sheet in enumerate([made] if isinstance(made, export.Sheet) else made):
            told = dict(sheet.head)
            # Further sheets may list what is no figure: holidays, campaigns.
            wanted = {"标题", "单位", "时段", "数据截至", "版本", "示例数据"} | ({"口径"} if number == 0 else set())
            assert wanted <= set(told), card
            assert sheet.rows or told["说明"], card
            assert all(len(row) == len(sheet.columns) for row in sheet.rows), card
            assert export.csv_text(sheet) and export.xlsx_bytes([sheet]), card
        first, last, _ = offer.pinning(shown)
        assert first <= last, card


def test_a_card_id_belongs_to_one_page() -> None:
    def sheet(shown: Shown) -> export.Sheet:
        raise AssertionError

    with pytest.raises(ValueError, match=r"card changes belongs to pages\._components\.briefing_export"):
        export.offer({"changes": sheet})


def test_a_card_without_tables_has_no_tools() -> None:
    bare = cards.card("nothing-offered", "标题", "…")
    assert "导出" not in text_of(bare) and "批注" not in text_of(bare)
    full = cards.card("changes", "标题", "…", metric_id="alerts_valid")
    assert [one.attributes.get("data-export") for one in read(full).all("button")][1:] == ["csv", "xlsx", "png"]
    assert "批注" not in text_of(cards.card("changes", "标题", "…", notes=False))


def test_slots_and_values_have_the_same_shape() -> None:
    slots = cards.slots(tables=("a",), figures=("b",))
    assert {name: set(parts) for name, parts in slots.items()} == {
        name: set(parts) for name, parts in {"a": cards.filled("x"), **cards.kept("b")}.items()
    }
    assert slots["b"]["body"].component_id == "b-figure"
    assert slots["a"]["body"].component_id == "a-body"


# ---- definitions ---------------------------------------------------------------------------------


def test_panel_says_the_whole_definition(client: FlaskClient) -> None:
    answer = ask(client, "definition-body.children", {"definition-asked.data": {"ids": "clear_rate,verdict", "at": 1}})
    said = html_of(answer["definition-body"]["children"])
    metric = METRICS["clear_rate"]
    for part in (metric.label, metric.meaning, metric.formula, metric.caveat, "SQL", "nullif", "真变化"):
        assert part.replace(">", "&gt;") in said


def test_panel_of_an_unknown_definition(client: FlaskClient) -> None:
    answer = ask(client, "definition-body.children", {"definition-asked.data": {"ids": "<b>", "at": 1}})
    assert "没有这条口径" in html_of(answer["definition-body"]["children"])


def test_glossary_lists_methods(demo_app: Dash) -> None:
    page = next(page for page in dash.page_registry.values() if page["path"] == "/glossary")
    with demo_app.server.test_request_context("/"):
        said = read(page["layout"]())
    assert any(one.attributes.get("id") == "method-verdict" for one in said.all("article"))


def test_a_mistyped_definition_is_found_out_at_once() -> None:
    with pytest.raises(KeyError, match="alerts_vaild"):
        definitions.link("alerts_vaild")


# ---- exports -------------------------------------------------------------------------------------

WHERE: dict[str, Any] = {"url.pathname": "/", "url.search": "?period=last7", "selection.data": {"period": "last7"}}


def test_csv_holds_the_numbers_of_the_page(client: FlaskClient, demo_store: Store) -> None:
    answer = ask(client, "export-file.data", {"export-asked.data": {"card": "changes", "kind": "csv", "at": 1}}, WHERE)
    sent = answer["export-file"]["data"]
    assert sent["filename"].startswith("分类警情_") and sent["filename"].endswith(".csv")
    rows = list(csv.reader(io.StringIO(base64.b64decode(sent["content"]).decode("utf-8-sig"))))
    told = {row[0]: row[1] for row in rows[: rows.index([])]}
    shown = shown_of(demo_store, period="last7")
    assert told["时段"] == shown.period_words() and told["筛选"] == shown.filter_words()
    found = brief(shown.snapshot, shown.selection)
    assert [row[:2] for row in rows[rows.index([]) + 2 :]] == [[row.name, f"{row.value:.0f}"] for row in found.rows]


def test_xlsx_of_the_key_figures_has_their_days(client: FlaskClient) -> None:
    asked = {"export-asked.data": {"card": "kpi-alerts_valid", "kind": "xlsx", "at": 1}}
    sent = ask(client, "export-file.data", asked, WHERE)["export-file"]["data"]
    book = CalamineWorkbook.from_filelike(io.BytesIO(base64.b64decode(sent["content"])))
    assert book.sheet_names == ["关键指标", "逐日"]
    assert len(book.get_sheet_by_name("逐日").to_python()) > 56


def test_an_unknown_card_is_said(client: FlaskClient, demo_store: Store) -> None:
    with pytest.raises(MetricError, match="没有可导出的数据"):
        export.download(shown_of(demo_store), "nothing", "csv")


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (float("nan"), None), (None, None), (pd.NaT, None), (pd.NA, None), (float("inf"), None), (3.0, 3), (2.5, 2.5),
        (pd.Series([7]).iloc[0], 7), (True, "是"), ("文", "文"), (date(2026, 1, 2), date(2026, 1, 2)),
        (pd.Timestamp(2026, 1, 2, 3), datetime(2026, 1, 2, 3)),
    ],
)  # fmt: skip
def test_cells_are_plain(value: Any, cell: Any) -> None:
    assert export.plain(value) == cell


# ---- notes ---------------------------------------------------------------------------------------


def note(client: FlaskClient, first: tuple[str, Any], author: str = "岗", text: str = "注", search: str = "") -> Any:
    """Press something in the panel of notes of the card "changes"."""
    inputs = {"note-card.data": {"card": "changes", "at": 1}, "note-save.n_clicks": 1, "note-removed.data": None}
    ordered = {first[0]: first[1], **{key: value for key, value in inputs.items() if key != first[0]}}
    listed = client.get("/_dash-dependencies").get_json()
    found = next(one for one in listed if "note-list.children" in one["output"])
    order = [f"{one['id']}.{one['property']}" for one in found["inputs"]]
    where: dict[str, Any] = {"note-author.value": author, "note-text.value": text}
    selection = {"period": search.partition("=")[2]} if search else {}
    where |= {"url.pathname": "/", "url.search": search, "selection.data": selection}
    return ask(client, "note-list.children", {name: ordered[name] for name in order}, where, changed=first[0])


def test_note_is_kept_listed_and_escaped(client: FlaskClient, no_notes: Store) -> None:
    answer = note(client, ("note-save.n_clicks", 1), "研判岗", "<script>x</script>", "?period=last7")
    said = html_of(answer["note-list"]["children"])
    assert "&lt;script&gt;" in said and "<script>" not in said
    assert answer["note-text"]["value"] == ""
    shown = shown_of(no_notes, period="last7")
    kept = Notes.of(no_notes).list_for("changes", *pinned(shown))
    assert [(one.author, one.text, one.version) for one in kept] == [("研判岗", "<script>x</script>", 1)]
    removed = note(client, ("note-removed.data", {"id": str(kept[0].id), "at": 2}), search="?period=last7")
    assert "还没有批注" in html_of(removed["note-list"]["children"])


def test_what_keeps_a_note_from_being_kept_is_said(client: FlaskClient, no_notes: Store) -> None:
    answer = note(client, ("note-save.n_clicks", 1), "岗", "电话 13800138000")
    assert "疑似有证件号" in html_of(answer["note-message"]["children"])
    assert "note-text" not in answer and not (no_notes.root / FILE).exists()


def test_notes_hang_on_days_and_filter_not_on_words(demo_store: Store) -> None:
    week = shown_of(demo_store, period="last7", station="b,a", basis="original", cutoff="0")
    first, last, scope = pinned(week)
    assert (last - first).days == 6 and scope == "station=a%2Cb"
    same = shown_of(demo_store, period="custom", **{"from": f"{first}", "to": f"{last}"}, station="a,b", valid="1")
    assert pin_of(same, "x") == pin_of(week, "x")


def test_scorecard_notes_hang_on_month_and_policy(demo_app: Dash, demo_store: Store) -> None:
    offer = export.offered("scores")
    assert offer is not None
    first, last, scope = offer.pinning(shown_of(demo_store, "/scorecard", month="2026-02", policy="county-2023"))
    assert (first, last, scope) == (date(2026, 2, 1), date(2026, 2, 28), "policy=county-2023")


def test_static_markup_knows_buttons() -> None:
    said = definitions.link("alerts_valid")
    assert isinstance(said, html.A) and said.to_plotly_json()["props"]["data-define"] == "alerts_valid"
