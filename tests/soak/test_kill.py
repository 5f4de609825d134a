"""`kill -9` of the importer at random moments with two readers asking: no error, nothing half, nothing lost."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.soak.killing import Outcome, Plan, Siege


def report(outcome: Outcome, plan: Plan) -> str:
    kills = ", ".join(f"{count} {what}" for what, count in sorted(outcome.kills.items()))
    return (
        f"{sum(outcome.kills.values())} kills ({kills}), {outcome.finished} imports done before the kill, "
        f"{outcome.answers} answers of the readers, {outcome.versions} versions, {outcome.rows:,} rows, "
        f"seed {plan.seed}, {outcome.seconds:.0f} s; wrong: {len(outcome.wrong)}"
    )


def besiege(folder: Path, plan: Plan) -> None:
    outcome = Siege(folder, plan).run()
    print("\n" + report(outcome, plan))
    assert outcome.wrong == [], report(outcome, plan)
    assert sum(outcome.kills.values()) >= plan.kills
    assert outcome.answers > 0


def test_six_kills_of_small_imports(tmp_path: Path) -> None:
    besiege(tmp_path, Plan(base=8_000, step=1_500, overlap=2_000, kills=6, base_kills=1, seed=os.getpid(), pause=0.05))


@pytest.mark.soak
def test_fifty_kills_on_a_million_rows(tmp_path: Path) -> None:
    seed = int(os.environ.get("SOAK_SEED", os.getpid()))
    besiege(tmp_path, Plan(base=500_000, step=11_200, overlap=50_000, kills=50, base_kills=5, seed=seed))
