"""Personal data never enters: refused unless dropped or hashed, hashed without trace, never shown in reports."""

from __future__ import annotations

import json
import stat
import uuid
from pathlib import Path

import pytest

from data.importing.personal import examine, looks_personal
from data.importing.report import ImportRefused
from data.snapshots import Store
from tests.data.importing.helpers import ask, load, write

# Invented numbers with a correct check digit.
IDENTITIES = ["11010519491231002X", "440308199901010012", "320102198507150337"]
NAMES = [a + b for a in "王李张刘陈杨" for b in ("伟", "芳", "娜娜", "秀英", "军")]
PHONES = [f"1{p}{n:08d}" for p in (38, 59, 86) for n in range(10)]


def valid_identity(first17: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return first17 + "10X98765432"[sum(int(d) * w for d, w in zip(first17, weights, strict=True)) % 11]


@pytest.mark.parametrize(
    ("header", "values", "kind"),
    [
        ("col", [valid_identity(f"3201021985071{n:04d}"[:17]) for n in range(500, 520)], "identity"),
        ("col", PHONES, "phone"),
        ("col", ["+86 138 0013 8000"] * 5, "phone"),
        ("col", [f"0571-8{n:07d}" for n in range(20)], "phone"),
        ("col", [f"(312) 555-{n:04d}" for n in range(20)], "phone"),
        ("col", NAMES, "name"),
        ("报警人", ["甲"], "name"),
        ("Caller Name", [], "name"),
        ("身份证号", [], "identity"),
        ("联系电话", [], "phone"),
        ("案发地址", [f"人民路{n}号{n}室" for n in range(30)], "address"),
        ("Address", [f"{n} N MAIN ST" for n in range(30)], "address"),
        ("简要案情", [f"报警人称其在路口与第{n}人发生争吵后离开" for n in range(30)], "text"),
        ("Narrative", [f"Caller reports that the neighbour number {n} is loud" for n in range(30)], "text"),
        (
            "x",
            [
                f"这是一段很长的自由文字，第{n}段，讲述了一件事情的经过和处理结果，并没有任何编号或者代码可言"
                for n in range(9)
            ],
            "text",
        ),
    ],
)
def test_suspicious_columns(header: str, values: list[str], kind: str) -> None:
    found = examine(header, values)
    assert found is not None and found.kind == kind


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("接警单号", [f"4401032025112100{n:02d}" for n in range(50)]),
        ("station", ["金山派出所", "石门派出所", "江北派出所"] * 9),
        ("警情类别", ["高空坠物", "张贴广告", "盗窃", "黄赌"] * 20),
        ("辖区", ["江北区", "金山区", "马桥镇", "白云区", "石门县"] * 20),
        ("Offense Description", ["THEFT FROM VEHICLE", "BATTERY SIMPLE"] * 20),
        ("Location Description", ["STREET", "RESIDENTIAL YARD (FRONT/BACK)"] * 20),
        (
            "Location Description",
            ["STREET", "PARKING LOT/GARAGE(NON.RESID.)", "CTA PLATFORM", "BAR OR TAVERN", "BANK", "ALLEY"],
        ),
        ("Description", ["SIMPLE", "OVER $500", "$500 AND UNDER", "TO VEHICLE", "FORCIBLE ENTRY", "TELEPHONE THREAT"]),
        ("Location", [f"({41 + n / 100}, -87.{n})" for n in range(40)]),
        ("Station Name", ["Central", "North"] * 20),
        ("Beat", [f"{n:04d}" for n in range(200)]),
        ("Crime ID", [f"{n:064x}" for n in range(50)]),
        ("longitude", [f"-87.{n}" for n in range(50)]),
        ("call_time", [f"2024-01-01 10:{n:02d}" for n in range(50)]),
        ("epoch", [f"14200704{n:02d}000" for n in range(50)]),
        ("单位代码", [f"3302030000{n:02d}" for n in range(30)]),
    ],
)
def test_innocent_columns(header: str, values: list[str]) -> None:
    assert examine(header, values) is None


MAPPING = 'table = "alerts"\n{top}\n[fields]\ncall_time = "时间"\n{more}\n'


def personal_file(tmp_path: Path) -> Path:
    lines = ["时间,报警人姓名,报警电话,证件,类别"]
    lines += [
        f"2024-01-{n % 28 + 1:02d} 10:00,{NAMES[n]},{PHONES[n]},{valid_identity(f'3201021985071{500 + n:04d}')},盗窃"
        for n in range(30)
    ]
    return write(tmp_path / "p.csv", lines)


def test_personal_columns_are_refused_by_name_and_without_values(store: Store, tmp_path: Path) -> None:
    with pytest.raises(ImportRefused) as caught:
        load(store, personal_file(tmp_path), MAPPING.format(top="", more='cat_orig = "类别"'))
    message = str(caught.value)
    assert 'drop = ["报警人姓名", "报警电话", "证件"]' in message
    assert not any(value in message for value in [*NAMES, *PHONES])
    assert store.current_id() is None


@pytest.mark.parametrize("column", ["报警人姓名", "报警电话", "证件"])
def test_personal_columns_cannot_be_mapped_to_text(store: Store, tmp_path: Path, column: str) -> None:
    with pytest.raises(ImportRefused, match=column):
        load(store, personal_file(tmp_path), MAPPING.format(top="", more=f'place_type = "{column}"'))


def test_phone_as_caller_key_leaves_no_trace(store: Store, tmp_path: Path) -> None:
    text = MAPPING.format(top='drop = ["报警人姓名", "证件"]\nhash = ["报警电话"]', more='caller = "报警电话"')
    report = load(store, personal_file(tmp_path), text)
    assert report.total("kept") == 30
    assert ask(store, "SELECT count(DISTINCT caller_key) FROM alerts") == [(30,)]
    everything = b"".join(path.read_bytes() for path in store.root.rglob("*") if path.is_file())
    for value in [*PHONES[:30], *NAMES]:
        assert value.encode() not in everything
    assert not any(value in json.dumps(report.to_json(), ensure_ascii=False) for value in PHONES)


def test_one_phone_written_in_several_ways_is_one_caller(store: Store, tmp_path: Path) -> None:
    lines = ["时间,报警电话", "2024-01-01 10:00,13800138000", "2024-01-01 10:00,+86 138-0013-8000", "2024-01-01 10:00,"]
    load(store, write(tmp_path / "a.csv", lines), MAPPING.format(top="", more='caller = "报警电话"'))
    assert ask(store, "SELECT count(caller_key), count(DISTINCT caller_key) FROM alerts") == [(2, 1)]


def test_rejected_values_that_look_personal_are_not_shown(store: Store, tmp_path: Path) -> None:
    lines = ["时间,级别,x", *["2024-01-01 10:00,1,"] * 200, "2024-01-01 10:00,13800138000,"]
    load(store, write(tmp_path / "a.csv", lines), MAPPING.format(top="", more='level = "级别"'))
    assert "（不显示）" in store.rejects(1).read_text(encoding="utf-8-sig")
    assert "138001" not in store.rejects(1).read_text(encoding="utf-8-sig")


def test_the_key_is_private_stable_and_replaceable(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from data.importing.keys import hash_key, id_hasher

    key = hash_key(store.root)
    assert stat.S_IMODE((store.root / "hash.key").stat().st_mode) == 0o600 and hash_key(store.root) == key
    hashed = id_hasher(key, "s", "alerts", frozenset([""]))
    assert uuid.UUID(hashed("1")) != uuid.UUID(hashed("2")) and hashed("") == ""
    monkeypatch.setenv("STATION_WATCH_HASH_KEY", "another")
    assert hash_key(store.root) == b"another"


def test_id_is_the_keyed_hash_of_source_table_and_text(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import hashlib
    import hmac

    monkeypatch.setenv("STATION_WATCH_HASH_KEY", "k")
    text = 'name = "src"\ntable = "alerts"\n[fields]\nid = "no"\ncall_time = "t"\n'
    load(store, write(tmp_path / "a.csv", ["no,t", "J1,2024-01-01 10:00"]), text)
    expected = uuid.UUID(hmac.new(b"k", b"src|alerts|J1", hashlib.sha256).hexdigest()[:32])
    assert ask(store, "SELECT alert_id FROM alerts") == [(expected,)]


def test_looks_personal() -> None:
    assert (
        looks_personal("电话13800138000") and looks_personal(IDENTITIES[0]) and not looks_personal("2024-01-01 10:00")
    )
