"""Fitted tables: types and missing values survive, the reader sees them appear, and they go with their version."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

import pandas as pd
import pytest

from data import fits
from data.reading import Reader
from data.snapshots import KEEP_VERSIONS, Store
from tests import tiny

FRAME = pd.DataFrame(
    {
        "day": [date(2026, 2, 28), date(2026, 3, 1)],
        "moment": [datetime(2026, 2, 28, 7, 30), None],
        "station": ['所"一,二', ""],
        "words": [None, "换\n行"],
        "count": [3, 0],
        "z": [1.25, float("nan")],
        "flag": [True, False],
    }
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(tmp_path / "store")
    tiny.publish(made, lambda con: tiny.daily_alerts(con, "2026-02-01", 28, 3))
    return made


def test_what_was_written_is_read(store: Store) -> None:
    fits.write(store, 1, {"alarms": FRAME, "empty": FRAME.iloc[:0]}, {"methods_version": "7"})
    snapshot = Reader(store).snapshot()
    assert snapshot is not None
    found = snapshot.fitted("alarms")
    assert found is not None
    assert [stamp.date() for stamp in pd.to_datetime(found["day"])] == list(FRAME["day"])
    assert list(found["station"]) == ['所"一,二', ""]
    assert found["words"].isna().tolist() == [True, False] and found["words"][1] == "换\n行"
    assert found["z"].isna().tolist() == [False, True] and found["count"].tolist() == [3, 0]
    assert found["flag"].tolist() == [True, False] and found["moment"].isna().tolist() == [False, True]
    assert len(snapshot.fitted("empty")) == 0  # type: ignore[arg-type]
    assert snapshot.fitted("nothing") is None and snapshot.fitted("a b") is None
    assert fits.meta_of(store, 1) == {"methods_version": "7"}


def test_a_reader_sees_fits_appear(store: Store) -> None:
    reader = Reader(store)
    before = reader.snapshot()
    assert before is not None and before.fitted("alarms") is None
    fits.write(store, 1, {"alarms": FRAME}, {})
    after = reader.snapshot()
    assert after is not None and after.key != before.key and after.fitted("alarms") is not None
    assert reader.snapshot() is after


def test_a_broken_file_hides_the_fits_and_nothing_else(store: Store) -> None:
    store.fits(1).write_bytes(b"not a database")
    snapshot = Reader(store).snapshot()
    assert snapshot is not None and snapshot.fitted("alarms") is None
    assert snapshot.rows("SELECT count(*) FROM alerts")[0][0] > 0
    assert fits.meta_of(store, 1) == {}


def test_fits_go_with_their_version(store: Store) -> None:
    fits.write(store, 1, {"alarms": FRAME}, {})
    with store.writing() as writer:
        for _ in range(KEEP_VERSIONS + 1):
            writer.publish(lambda con: None)
    assert 1 not in store.version_ids() and not store.fits(1).exists()
    fits.write(store, 1, {"alarms": FRAME}, {})
    assert not store.fits(1).exists() and not list(store.snapshots.glob("*.new*"))


def test_one_process_fits_at_a_time(store: Store) -> None:
    with fits.fitting(store) as first, fits.fitting(store) as second:
        assert first and not second


def test_a_bad_name_is_an_error_of_the_program(store: Store) -> None:
    with pytest.raises(ValueError, match="no table name"):
        fits.write(store, 1, {"a; drop": FRAME}, {})
    assert not list(store.snapshots.glob("*.new*"))


def test_publishing_meanwhile_does_not_lose_a_fit(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    real = fits._write

    def slowly(path: Path, tables: Mapping[str, pd.DataFrame]) -> None:
        real(path, tables)
        tiny.publish(store)

    monkeypatch.setattr(fits, "_write", slowly)
    fits.write(store, 1, {"alarms": FRAME}, {"methods_version": "7"})
    assert fits.meta_of(store, 1) == {"methods_version": "7"} and store.current_id() == 2
