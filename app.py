"""The application: create_app() builds it, `python app.py` serves it."""

from __future__ import annotations

import argparse
import logging
import signal
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

import dash
from dash import Dash, State, ctx
from dash.exceptions import MissingCallbackContextException, PreventUpdate
from flask import Flask, Response, jsonify, request
from waitress.server import create_server

from data import clock
from data.importing import running
from data.snapshots import DEFAULT_STORE, Store, StoreError
from data.version import CODE_VERSION
from pages._components import fit_worker, jobs, session, shell, states, status, uploads

ROOT = Path(__file__).resolve().parent
THREADS = 8
# Room around the largest upload; jobs.LARGEST_UPLOAD answers with a message before this limit is met.
LARGEST_REQUEST = 2 * jobs.LARGEST_UPLOAD

_INDEX = """<!DOCTYPE html>
<html lang="zh-CN" data-bs-theme="light">
  <head>
    {%metas%}
    <title>{%title%}</title>
    <script src="/assets/theme.js"></script>
    <link rel="icon" type="image/svg+xml" href="/assets/favicon.svg">
    {%css%}
  </head>
  <body>
    <noscript>本页需要启用 JavaScript。</noscript>
    {%app_entry%}
    <footer>
      {%config%}
      {%scripts%}
      {%renderer%}
    </footer>
  </body>
</html>"""

_ERROR_PAGE = """<!DOCTYPE html>
<html lang="zh-CN">
<head><meta charset="utf-8"><title>{title} · 降控研判台</title><script src="/assets/theme.js"></script>
<link rel="icon" href="/assets/favicon.svg"><link rel="stylesheet" href="/assets/tokens.css">
<link rel="stylesheet" href="/assets/layout.css"></head>
<body><main class="lone"><h1>{title}</h1><p>{text}</p><p><a class="button" href="/">返回今日会商</a></p></main></body>
</html>"""


def create_app(store_path: Path | str = DEFAULT_STORE) -> Dash:
    """Build the application on a store; several applications may live in one process."""
    store = Store(Path(store_path))
    app = Dash(
        __name__,
        assets_folder=str(ROOT / "assets"),
        # Both are placed by hand: theme.js before the first paint, Bootstrap before the sheets that build on it.
        assets_ignore=r"^(theme\.js|bootstrap\.min\.css)$",
        external_stylesheets=["/assets/vendor/bootstrap.min.css"],
        pages_folder=str(ROOT / "pages"),
        use_pages=True,
        # What the last page that was drawn is called: it comes with each question for a page.
        routing_callback_inputs={"drawn": State("_pages_store", "data")},
        include_pages_meta=False,
        compress=True,
        serve_locally=True,
        suppress_callback_exceptions=True,
        index_string=_INDEX,
        title=shell.PRODUCT,
        update_title="",
        on_error=shell.explain_failure,
        add_log_handler=False,
        meta_tags=[{"name": "referrer", "content": "same-origin"}],
    )
    app.layout = shell.layout
    shell.register(app)
    session.attach(app.server, store)
    uploads.register(app.server)
    _keep_page_on_filter_change()
    _add_health(app.server)
    _add_error_pages(app.server)
    _add_security_headers(app)
    _render_once(app)
    return app


def _keep_page_on_filter_change() -> None:
    """Let a page stand when only the query of the URL changes: its callbacks follow the filter, its figures stay.

    A page that is still on its way when the filter changes does not stand yet: Dash has given up its answer.
    A page that cannot be laid out says so in its place.
    """

    def standing(layout: Callable[..., Any], title: str) -> Callable[..., Any]:
        def answer(drawn: Any = None, **query: Any) -> Any:
            if _only_query_changed() and drawn == {"title": title}:
                raise PreventUpdate
            try:
                return layout(**query)
            except Exception as error:
                return states.failed(shell.explanation(error))

        return answer

    for page in dash.page_registry.values():
        if callable(page["layout"]):
            page["layout"] = standing(page["layout"], page["title"])


def _only_query_changed() -> bool:
    try:
        return set(ctx.triggered_prop_ids) == {"_pages_location.search"}
    except MissingCallbackContextException:
        return False


def _add_health(server: Flask) -> None:
    @server.get("/health")
    def health() -> Response:
        snapshot, problem = status.read()
        version = snapshot.version if snapshot else None
        as_of = version.data_as_of if version else None
        age = (clock.now() - datetime.fromisoformat(as_of)).total_seconds() if as_of else None
        answer = jsonify(
            status="error" if problem else "ok" if version else "empty",
            snapshot=version.id if version else None,
            stamp=status.stamp(snapshot),
            data_as_of=as_of,
            age_seconds=None if age is None else round(age),
            version=CODE_VERSION,
        )
        answer.status_code = 503 if problem else 200
        return answer


def _add_error_pages(server: Flask) -> None:
    def say(code: int, title: str, text: str) -> tuple[str, int]:
        return _ERROR_PAGE.format(title=title, text=text), code

    @server.errorhandler(404)
    def not_found(_: Exception) -> tuple[str, int]:
        return say(404, "找不到页面", "地址可能有误，或页面已经移动。")

    @server.errorhandler(405)
    def not_allowed(_: Exception) -> tuple[str, int]:
        return say(405, "不支持的请求", "请从页面上的按钮或链接操作。")

    @server.errorhandler(413)
    def too_large(_: Exception) -> tuple[str, int]:
        return say(413, "文件过大", "请把文件放入数据仓的 inbox 文件夹，再到「数据接入」选择。")

    @server.errorhandler(500)
    def broken(error: Exception) -> tuple[str, int]:
        server.logger.error("request to %s failed", request.path, exc_info=error)
        return say(500, "程序内部错误", "错误已写入日志。请稍后重试；仍有问题请联系系统管理员。")


def _add_security_headers(app: Dash) -> None:
    server: Flask = app.server

    @server.after_request
    def harden(response: Response) -> Response:
        headers = response.headers
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "same-origin"
        headers["X-Frame-Options"] = "SAMEORIGIN"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        if response.mimetype == "text/html":
            headers["Content-Security-Policy"] = _content_policy(app)
        return response


def _content_policy(app: Dash) -> str:
    # Inline scripts appear while the application runs, so their hashes belong to each response. Plotly styles its
    # drawings with inline styles and exports them through blob and data addresses.
    scripts = " ".join(dict.fromkeys(app.csp_hashes()))
    return (
        f"default-src 'self'; script-src 'self' {scripts}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; object-src 'none'; "
        "base-uri 'self'; form-action 'self'; frame-ancestors 'self'"
    )


def _render_once(app: Dash) -> None:
    # With several threads the first load after a start can hang (plotly/dash#3971): one thread goes through it here.
    client = app.server.test_client()
    for path in ("/", "/_dash-layout", "/_dash-dependencies"):
        client.get(path)


def main(arguments: list[str] | None = None) -> int:
    """Serve until told to stop; 0 after a clean stop, 1 when the server cannot start, 2 for wrong usage."""
    parser = argparse.ArgumentParser(prog="python app.py", description=f"{shell.PRODUCT}：网页服务")
    parser.add_argument(
        "--store", type=Path, default=DEFAULT_STORE, metavar="DIR", help="数据仓文件夹（默认 var/store）"
    )
    parser.add_argument("--host", default="127.0.0.1", help="监听地址（默认 127.0.0.1，只供本机访问）")
    parser.add_argument("--port", type=int, default=8050, help="端口（默认 8050）")
    parsed = parser.parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    # Requests that wait for a thread are normal for a page that asks several questions at once.
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    store = Store(parsed.store)
    try:
        # Batches that were acknowledged but not yet published when the last process died.
        running.replay(store)
        # A version from before an upgrade carries older views than this program asks.
        store.renew()
    except StoreError as error:
        print(f"注意：{error}", file=sys.stderr)
    app = create_app(parsed.store)
    try:
        server = create_server(
            app.server,
            host=parsed.host,
            port=parsed.port,
            threads=THREADS,
            ident="",
            max_request_body_size=LARGEST_REQUEST,
        )
    except (OSError, ValueError) as error:
        print(_cannot_listen(parsed.host, parsed.port, error), file=sys.stderr)
        return 1
    signal.signal(signal.SIGTERM, _stop)
    watcher = fit_worker.Watcher(store)
    watcher.start()
    print(f"{shell.PRODUCT}已启动：http://{parsed.host}:{parsed.port}/  （按 Ctrl-C 停止）", flush=True)
    try:
        server.run()
    finally:
        watcher.stop()
        server.close()
    return 0


def _stop(*_: Any) -> NoReturn:
    raise SystemExit(0)


def _cannot_listen(host: str, port: int, error: Exception) -> str:
    if isinstance(error, OSError) and error.errno == 98:
        return f"错误：端口 {port} 已被占用。请停止占用它的程序，或用 --port 换一个端口，例如 --port {port + 1}。"
    if isinstance(error, OSError) and error.errno == 13:
        return f"错误：没有使用端口 {port} 的权限。请用 --port 换一个大于 1024 的端口。"
    return f"错误：无法监听 {host}:{port}（{getattr(error, 'strerror', None) or error}）。请检查 --host 与 --port。"


if __name__ == "__main__":
    sys.exit(main())
