"""The addresses behind 数据接入 that carry files: upload, and rejected rows to download."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote

from flask import Flask, Response, abort, jsonify, request, send_file

from data.snapshots import StoreError
from pages._components import jobs, session

# A foreign site cannot send this header without asking first, and is refused when it asks.
_HEADER, _VALUE = "X-Requested-With", "station-watch"


def register(server: Flask) -> None:
    """Add the addresses to a server."""

    @server.post("/upload")
    def upload() -> tuple[Response, int]:
        if request.headers.get(_HEADER) != _VALUE:
            abort(403)
        if (request.content_length or 0) > jobs.LARGEST_UPLOAD:
            return jsonify(error=jobs.too_large()), 413
        try:
            job = jobs.receive(session.current_store(), unquote(request.headers.get("X-File-Name", "")), request.stream)
        except (StoreError, OSError) as error:
            message = str(error) if isinstance(error, StoreError) else f"保存上传文件失败（{error.strerror}）。"
            return jsonify(error=message), 400
        return jsonify(token=job.token), 200

    @server.get("/rejected/version/<int:version_id>.csv")
    def rejected_of_version(version_id: int) -> Response:
        return _download(session.current_store().rejects(version_id), f"不合格行-版本{version_id}.csv")

    @server.get("/rejected/check/<token>.csv")
    def rejected_of_check(token: str) -> Response:
        if not re.fullmatch(r"[0-9a-f]{32}", token):
            abort(404)
        return _download(session.current_store().root / "uploads" / token / "rejected.csv", "不合格行.csv")


def _download(path: Path, name: str) -> Response:
    if not path.is_file():
        abort(404)
    return send_file(path.resolve(), mimetype="text/csv", as_attachment=True, download_name=name, max_age=0)
