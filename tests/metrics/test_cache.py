"""One computation per question and version, shared by all who wait for it; an error is not kept."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest

from data.reading import Reader, Snapshot
from data.snapshots import Store
from metrics import cache
from metrics.ask import ask
from metrics.selection import Selection
from tests import tiny


@pytest.fixture
def snapshot(store: Store) -> Snapshot:
    return tiny.snapshot_of(store, lambda con: tiny.alerts(con, [{"call": "2026-11-20 08:00"}]))


def test_eight_threads_with_one_question_compute_it_once(snapshot: Snapshot) -> None:
    computed: list[int] = []
    together = threading.Barrier(8)

    def compute(_: Snapshot, question: str) -> list[str]:
        computed.append(1)
        time.sleep(0.05)
        return [question]

    def want(_: int) -> list[str]:
        together.wait()
        return cache.answer(snapshot, "one question of eight threads", compute)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(want, range(8)))
    assert len(computed) == 1
    assert all(answer is answers[0] for answer in answers)


def test_different_questions_do_not_wait_for_each_other(snapshot: Snapshot) -> None:
    inside = threading.Barrier(2, timeout=10)

    def compute(_: Snapshot, question: int) -> int:
        inside.wait()  # passes only if both are computed at the same time
        return question

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(lambda n: cache.answer(snapshot, n, compute), (101, 102))) == [101, 102]


def test_an_error_is_told_and_forgotten(snapshot: Snapshot) -> None:
    attempts: list[int] = []

    def compute(_: Snapshot, question: str) -> str:
        attempts.append(1)
        if len(attempts) == 1:
            raise ValueError("first time")
        return question

    with pytest.raises(ValueError, match="first time"):
        cache.answer(snapshot, "fails once", compute)
    assert cache.answer(snapshot, "fails once", compute) == "fails once"
    assert cache.answer(snapshot, "fails once", compute) == "fails once"
    assert len(attempts) == 2


def test_waiting_threads_survive_an_error_of_the_first(snapshot: Snapshot) -> None:
    attempts: list[int] = []
    together = threading.Barrier(4)

    def compute(_: Snapshot, question: str) -> str:
        attempts.append(1)
        time.sleep(0.02)
        if len(attempts) == 1:
            raise ValueError("first")
        return question

    def want(_: int) -> str:
        together.wait()
        try:
            return cache.answer(snapshot, "error under load", compute)
        except ValueError:
            return "error"

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(want, range(4)))
    assert sorted(answers) == ["error", *["error under load"] * 3]
    assert len(attempts) == 2, "those who waited compute once, not each for himself"


def test_a_new_version_is_asked_anew(store: Store) -> None:
    november = Selection(period="custom", first=date(2026, 11, 1), last=date(2026, 11, 30))
    reader = Reader(store)
    counts = []
    for _ in range(3):
        tiny.publish(store, lambda con: tiny.alerts(con, [{"call": "2026-11-20 08:00"}]))
        snapshot = reader.snapshot()
        assert snapshot is not None
        counts.append(ask(snapshot, ("alerts",), (), november).rows[0]["alerts"])
    assert counts == [1, 2, 3]


def test_the_same_question_is_answered_from_memory(snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    november = Selection(period="custom", first=date(2026, 11, 1), last=date(2026, 11, 30))
    first = ask(snapshot, ("alerts",), (), november).answer

    def no_more(*_: object, **__: object) -> None:
        raise AssertionError("asked the store again")

    monkeypatch.setattr(Snapshot, "query", no_more)
    assert ask(snapshot, ("alerts",), (), november).answer.frames is first.frames


def test_the_oldest_answers_are_forgotten_first(snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "KEEP", 3)
    computed: list[int] = []

    def compute(_: Snapshot, question: int) -> int:
        computed.append(question)
        return question

    for number in (1, 2, 3, 1, 4, 1, 2):
        assert cache.answer(snapshot, number, compute) == number
    assert computed == [1, 2, 3, 4, 2], "1 was used again and stayed; 2 had to go for 4"
