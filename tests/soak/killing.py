"""Killing the importer at random moments while two processes read: what may be seen, and what must not be lost."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from data.checking import check_store
from data.importing import running
from data.importing.publishing import ENTRY
from data.snapshots import Store
from tests.soak.exports import OPEN_ROWS, write_export, write_mapping

ROOT = Path(__file__).resolve().parents[2]

# Asks until the file `stop` appears; one line per version seen, one per error, the number of answers at the end.
_READER = """
import pathlib, sys, time
from data.reading import Reader
from data.snapshots import Store
root, stop = map(pathlib.Path, sys.argv[1:3])
pause = float(sys.argv[3])
reader, seen, answers = Reader(Store(root)), None, 0
while not stop.exists():
    try:
        snapshot = reader.snapshot()
        if snapshot is not None:
            rows, numbers, batches = snapshot.rows(
                "SELECT count(*), count(DISTINCT alert_id),"
                " (SELECT count(*) FROM imports) FROM alert_facts"
            )[0]
            answers += 1
            line = f"saw {snapshot.id} {rows} {numbers} {batches}"
            if line != seen:
                print(line, flush=True)
                seen = line
    except Exception as error:
        print("error", repr(error), flush=True)
    time.sleep(pause)
print("answers", answers, flush=True)
"""


@dataclass(frozen=True)
class Plan:
    """How much is imported and how often the importer is killed.

    base: rows of the first import; step: new rows of each later export; overlap: rows that an export repeats;
    base_kills: how many of the kills hit the first import; pause: seconds between two questions of a reader.
    """

    base: int
    step: int
    overlap: int
    kills: int
    base_kills: int
    seed: int
    pause: float = 0.005


@dataclass
class Outcome:
    """What happened: kills by what they left behind, what the readers saw, what was wrong."""

    kills: Counter[str] = field(default_factory=Counter)
    finished: int = 0
    answers: int = 0
    versions: int = 0
    rows: int = 0
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)


class Siege:
    """One store under fire."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        self.folder, self.plan = folder, plan
        self.store = Store(folder / "store")
        self.mapping = write_mapping(folder)
        self.random = random.Random(plan.seed)
        self.outcome = Outcome()
        self.allowed = {0}
        self.usual = 3.0

    def run(self) -> Outcome:
        """Import, kill, look, and go on until the plan's kills are done; then import the rest in peace."""
        started = time.monotonic()
        # The store must exist before the readers ask for it the first time.
        with self.store.writing():
            pass
        readers = [self._reader() for _ in range(2)]
        try:
            self._besiege()
        finally:
            (self.folder / "stop").touch()
            for reader in readers:
                self._hear(reader)
        self._final()
        self.outcome.seconds = time.monotonic() - started
        return self.outcome

    def _besiege(self) -> None:
        base = write_export(self.folder / "base.csv", self.plan.base)
        self.allowed.add(self.plan.base)
        self.usual = self.plan.base / 25_000 + 1.5
        while sum(self.outcome.kills.values()) < self.plan.base_kills:
            if not self._kill(base, self.plan.base):
                break
        self._finish(base, self.plan.base)
        end = self.plan.base
        while sum(self.outcome.kills.values()) < self.plan.kills:
            end += self.plan.step
            export = self._export(end)
            self._kill(export, end)
            # Half of the time the same file comes again, else the next export brings what was not acknowledged.
            if self.random.random() < 0.5:
                self._finish(export, end)
            export.unlink()
        self._finish(self._export(end + self.plan.step), end + self.plan.step)

    def _export(self, end: int) -> Path:
        self.allowed.add(end)
        first = max(0, self._rows() - self.plan.overlap)
        return write_export(self.folder / f"to-{end}.csv", end - first, first)

    def _kill(self, export: Path, end: int) -> bool:
        """Start an import, kill it at a random moment and check what it left; False when it was done before."""
        before = self._rows()
        importer = self._importer(export)
        self._wait_a_while(importer)
        if importer.poll() is None:
            importer.send_signal(signal.SIGKILL)
            importer.wait()
        if importer.returncode == 0:
            self.outcome.finished += 1
            self._expect(self._rows(), {end}, "after exit 0")
            return False
        if importer.returncode != -signal.SIGKILL:
            self.outcome.wrong.append(f"import of {export.name} ended with {importer.returncode}")
        journalled = self._journalled()
        rows = self._rows()
        self._expect(rows, {before, end}, "after a kill")
        published = rows == end != before
        self.outcome.kills["published" if published else "journalled" if journalled else "before the journal"] += 1
        running.replay(self.store)
        self._expect(self._rows(), {end} if journalled or published else {before}, "after the next start")
        return True

    def _wait_a_while(self, importer: subprocess.Popen[bytes]) -> None:
        """Wait for a random moment of the whole import, or, two times of five, of the short part behind the journal."""
        deadline = time.monotonic() + self.random.uniform(0.1, self.usual * 1.1)
        if self.random.random() < 0.4:
            while importer.poll() is None and not self._journalled():
                time.sleep(0.001)
            deadline = time.monotonic() + self.random.uniform(0.0, self.usual * 0.4)
        while importer.poll() is None and time.monotonic() < deadline:
            time.sleep(0.001)

    def _journalled(self) -> bool:
        return any(self.store.journal.glob(f"*/{ENTRY}"))

    def _finish(self, export: Path, end: int) -> None:
        started = time.monotonic()
        importer = self._importer(export)
        if importer.wait() != 0:
            self.outcome.wrong.append(f"import of {export.name} ended with {importer.returncode}")
        if end > self.plan.base:
            self.usual = time.monotonic() - started
        self._expect(self._rows(), {end}, "after exit 0")

    def _importer(self, export: Path) -> subprocess.Popen[bytes]:
        words = ["import", str(export), "--mapping", str(self.mapping), "--store", str(self.store.root), "--json"]
        return subprocess.Popen(
            [sys.executable, "-m", "data", *words], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def _reader(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", _READER, str(self.store.root), str(self.folder / "stop"), str(self.plan.pause)],
            cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip

    def _hear(self, reader: subprocess.Popen[str]) -> None:
        said, _ = reader.communicate(timeout=120)
        last = 0
        for line in said.splitlines():
            words = line.split()
            if words[0] == "answers":
                self.outcome.answers += int(words[1])
                continue
            if words[0] != "saw":
                self.outcome.wrong.append(f"reader: {line}")
                continue
            version, rows, numbers, _ = map(int, words[1:])
            self._expect(rows, self.allowed, f"seen in version {version}")
            self._expect(numbers, {rows}, f"numbers in version {version}")
            if version < last:
                self.outcome.wrong.append(f"a reader went back from version {last} to {version}")
            last = version
        if reader.returncode != 0 or "answers" not in said:
            self.outcome.wrong.append(f"a reader ended with {reader.returncode}")

    def _rows(self) -> int:
        version = self.store.current()
        return version.tables["alerts"] if version else 0

    def _expect(self, found: int, allowed: set[int], when: str) -> None:
        if found not in allowed:
            self.outcome.wrong.append(f"{found} {when}, allowed: {sorted(allowed)[-5:]}")

    def _final(self) -> None:
        from data.reading import open_file

        self.outcome.wrong += check_store(self.store)
        version = self.store.current()
        assert version is not None
        self.outcome.versions, self.outcome.rows = version.id, version.tables["alerts"]
        with open_file(self.store.file(version.id)) as con:
            waiting = con.execute("SELECT count(*) FROM alerts WHERE feedback_time IS NULL").fetchone()
        if waiting != (OPEN_ROWS,):
            self.outcome.wrong.append(f"{waiting} rows without feedback: an update was lost")
        self.outcome.wrong += [f"left over: {path.name}" for path in self.store.root.rglob("*.tmp*")]
