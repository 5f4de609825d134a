"""Imports from the page: one folder per file, one worker process per step, everything else read from its files.

A folder `<store>/uploads/<token>` holds job.json (name and place of the file), mapping.toml, progress.json,
result.json and the worker's lock. The web process only starts the worker and reads these files, so it stays small,
and an import goes on when the page is closed.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import re
import shutil
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from data.snapshots import Store, StoreError

LARGEST_UPLOAD = 200 * 1024 * 1024
CHECK, PUBLISH = "check", "publish"
_CHUNK = 1 << 20
_TOKEN = re.compile(r"^[0-9a-f]{32}$")
_STALE_SECONDS = 24 * 3600
# A worker that has neither taken its lock nor written a result by then never started.
_START_SECONDS = 20
_ROOT = Path(__file__).resolve().parents[2]
# Mappings that come with the product, under the names by which they are offered.
SHIPPED_MAPPINGS = {"报送指标": _ROOT / "data" / "mappings" / "reported_indicators.toml"}


@dataclass(frozen=True)
class State:
    """Where a step stands: running with its stage and share, or done with a result."""

    running: bool
    stage: str = ""
    share: float = 0.0
    action: str = ""
    result: dict[str, Any] | None = None


@dataclass(frozen=True)
class Job:
    """One chosen file; owned files are deleted with their folder, files of the inbox stay."""

    token: str
    name: str
    path: Path
    size: int


def receive(store: Store, filename: str, stream: IO[bytes]) -> Job:
    """Store an uploaded file; raises StoreError when it is empty or too large."""
    folder = _new_folder(store)
    name = _plain_name(filename)
    path = folder / "source" / name
    path.parent.mkdir()
    size = 0
    try:
        with path.open("wb") as target:
            while chunk := stream.read(_CHUNK):
                size += len(chunk)
                if size > LARGEST_UPLOAD:
                    raise StoreError(too_large())
                target.write(chunk)
        if size == 0:
            raise StoreError(f"文件 {name} 是空的，没有可导入的数据。请检查导出是否成功。")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return _described(folder, Job(folder.name, name, path, size))


def take_from_inbox(store: Store, name: str) -> Job:
    """Choose a file of the store's inbox by its name alone."""
    if name not in {known for known, _ in inbox_files(store)}:
        raise StoreError(f"收件文件夹（inbox）里没有文件「{name[:80]}」。请刷新列表后重选。")
    path = store.inbox / name
    return _described(_new_folder(store), Job("", name, path, path.stat().st_size))


def inbox_files(store: Store) -> list[tuple[str, int]]:
    """Return name and size of the files in the inbox, newest first; links and folders are left out."""
    if not store.inbox.is_dir():
        return []
    files = [path for path in store.inbox.iterdir() if path.is_file() and not path.is_symlink()]
    shown = [path for path in files if not path.name.startswith(".")]
    return [(path.name, path.stat().st_size) for path in sorted(shown, key=lambda path: -path.stat().st_mtime)]


def find(store: Store, token: str | None) -> Job:
    """Return the job of a token; raises StoreError when it is gone."""
    folder = _folder(store, token)
    try:
        known = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise StoreError("所选文件已不在服务器上。请重新选择文件。") from None
    return Job(folder.name, known["name"], Path(known["path"]), known["size"])


def start(store: Store, token: str, action: str, mapping_text: str, max_rejected: float) -> None:
    """Start one step in a process of its own; what is published is exactly what was checked."""
    job = find(store, token)
    folder = _folder(store, token)
    if is_running(folder):
        raise StoreError("这个文件正在处理。请等它结束。")
    if action == PUBLISH and not _was_checked(folder, mapping_text, max_rejected):
        raise StoreError("映射或上限在检查之后改过，或检查没有通过。请先重新检查。")
    for left in ("result.json", "progress.json"):
        (folder / left).unlink(missing_ok=True)
    (folder / "mapping.toml").write_text(mapping_text, encoding="utf-8")
    task = {
        "action": action,
        "store": str(store.root.resolve()),
        "mapping": _digest(mapping_text),
        "max_rejected": max_rejected,
        "begun": time.time(),
    }
    write_json(folder / "task.json", task)
    with (folder / "log.txt").open("ab") as log:
        subprocess.Popen(
            [sys.executable, "-m", "pages._components.import_worker", str(folder), job.name],
            cwd=_ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            # Ctrl-C on the server must not cut an import in the middle of publishing.
            start_new_session=True,
        )


def state(store: Store, token: str | None) -> State:
    """Return where the latest step of a job stands."""
    folder = _folder(store, token)
    task = read_json(folder / "task.json")
    if task is None:
        return State(running=False)
    running = is_running(folder)
    result = read_json(folder / "result.json")
    if result is not None:
        return State(False, action=task["action"], result=result)
    if running or time.time() - task["begun"] < _START_SECONDS:
        progress = read_json(folder / "progress.json") or {}
        return State(True, progress.get("stage", "准备"), progress.get("share", 0.0), task["action"])
    lost = {"error": "导入进程意外中止，未发布任何数据，原版本不受影响。请重试；反复出现请查看服务器日志。"}
    return State(False, action=task["action"], result=lost)


def _was_checked(folder: Path, mapping_text: str, max_rejected: float) -> bool:
    task, result = read_json(folder / "task.json") or {}, read_json(folder / "result.json") or {"error": ""}
    same = task.get("max_rejected") == max_rejected and task.get("mapping") == _digest(mapping_text)
    return task.get("action") == CHECK and "error" not in result and same


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def discard(store: Store, token: str | None) -> None:
    """Delete a job and, when it was uploaded, its file."""
    with contextlib.suppress(StoreError):
        shutil.rmtree(_folder(store, token), ignore_errors=True)


def is_running(folder: Path) -> bool:
    """Return whether a worker holds the lock of a folder."""
    try:
        with (folder / "lock").open("a") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return False
    except BlockingIOError:
        return True
    except OSError:
        return False


def read_json(path: Path) -> Any:
    """Return the content of a file, None while it is not there."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def write_json(path: Path, content: Any) -> None:
    """Write a file that readers never see half of."""
    temporary = path.with_suffix(".tmp")
    temporary.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    temporary.replace(path)


def too_large() -> str:
    """Say what to do with a file that is too large to upload."""
    most = LARGEST_UPLOAD // 1024 // 1024
    return f"文件超过 {most} MB，不能上传。请放入数据仓的收件文件夹（inbox），再从列表中选择。"


def mapping_names(store: Store) -> list[str]:
    """Return the names of the mappings kept in the store, then of those that come with the product."""
    return list(_mapping_files(store))


def _mapping_files(store: Store) -> dict[str, Path]:
    kept = {path.stem: path for path in sorted(store.mappings.glob("*.toml"))}
    return kept | {name: path for name, path in SHIPPED_MAPPINGS.items() if name not in kept}


def mapping_text(store: Store, name: str) -> str:
    """Return one of the listed mappings, chosen by its name alone."""
    path = _mapping_files(store).get(name)
    if path is None:
        raise StoreError(f"没有名为「{name[:80]}」的映射。请刷新页面后重选。")
    return path.read_text(encoding="utf-8")


def keep_mapping(store: Store, name: str, text: str) -> str:
    """Keep a mapping in the store under a plain name and return that name."""
    plain = re.sub(r"[^\w\-]+", "_", name.strip())[:60].strip("_")
    if not plain:
        raise StoreError("请给映射起一个名称（汉字、字母、数字）。")
    store.mappings.mkdir(parents=True, exist_ok=True)
    (store.mappings / f"{plain}.toml").write_text(text, encoding="utf-8")
    return plain


def _new_folder(store: Store) -> Path:
    room = store.root / "uploads"
    room.mkdir(parents=True, exist_ok=True)
    _sweep(room)
    folder = room / uuid.uuid4().hex
    folder.mkdir(mode=0o700)
    return folder


def _sweep(room: Path) -> None:
    """Delete what pages left behind a day ago."""
    for folder in room.iterdir():
        with contextlib.suppress(OSError):
            if time.time() - folder.stat().st_mtime > _STALE_SECONDS and not is_running(folder):
                shutil.rmtree(folder, ignore_errors=True)


def _described(folder: Path, job: Job) -> Job:
    write_json(folder / "job.json", {"name": job.name, "path": str(job.path.resolve()), "size": job.size})
    return Job(folder.name, job.name, job.path, job.size)


def _folder(store: Store, token: str | None) -> Path:
    if not token or not _TOKEN.match(token):
        raise StoreError("请先选择文件。")
    return store.root / "uploads" / token


def _plain_name(filename: str) -> str:
    name = re.sub(r"[\x00-\x1f\x7f/\\]+", "_", filename).strip(". ")[-120:]
    return name or "upload"
