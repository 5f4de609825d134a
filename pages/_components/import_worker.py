"""The process that checks or publishes one file for the page: python -m pages._components.import_worker FOLDER NAME."""

from __future__ import annotations

import fcntl
import sys
import time
import traceback
from pathlib import Path
from typing import Any

from data.importing import mapping, running
from data.importing.mapping import SourceMapping
from data.importing.report import ImportRefused
from data.snapshots import Store, StoreError
from pages._components import jobs

_SECONDS_BETWEEN_REPORTS = 0.25
_LONGEST_CELL = 60


def main(folder: Path) -> int:
    """Do the step that task.json names and leave result.json; the page reads it."""
    with (folder / "lock").open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        result = _result(folder)
        jobs.write_json(folder / "result.json", result)
    return 0 if "error" not in result else 1


def _result(folder: Path) -> dict[str, Any]:
    task, job = jobs.read_json(folder / "task.json"), jobs.read_json(folder / "job.json")
    try:
        text = (folder / "mapping.toml").read_text(encoding="utf-8")
        loaded = mapping.parse(text, default_name=Path(job["name"]).stem)
        return _work(Store(Path(task["store"])), Path(job["path"]), loaded, task, folder)
    except ImportRefused as error:
        return {"error": str(error), "report": error.report.to_json() if error.report else None}
    except StoreError as error:
        return {"error": str(error)}
    except Exception:
        traceback.print_exc()
        return {"error": "程序内部错误，未发布任何数据，原版本不受影响。详情已写入导入日志，请联系系统管理员。"}


def _work(store: Store, path: Path, loaded: SourceMapping, task: dict[str, Any], folder: Path) -> dict[str, Any]:
    rejects = folder / "rejected.csv"
    progress = _Progress(folder / "progress.json")
    if task["action"] == jobs.PUBLISH:
        report = running.run(store, [path], loaded, task["max_rejected"], progress, rejects)
        return {"report": report.to_json()}
    report = running.dry_run(store, [path], loaded, task["max_rejected"], progress, rejects)
    progress("准备预览", 0.0)
    shown = running.preview(store, path, loaded)
    rows = [[cell[:_LONGEST_CELL] for cell in row] for row in shown.rows]
    return {"report": report.to_json(), "preview": {"columns": list(shown.columns), "rows": rows}}


class _Progress:
    """Writes stage and share to a file, a few times a second at most."""

    def __init__(self, path: Path) -> None:
        self.path, self.last = path, 0.0

    def __call__(self, stage: str, share: float) -> None:
        now = time.monotonic()
        if now - self.last >= _SECONDS_BETWEEN_REPORTS:
            self.last = now
            jobs.write_json(self.path, {"stage": stage, "share": share})


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
