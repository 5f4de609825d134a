"""Pictures of every page for the documents: `make screenshots` writes docs/screenshots/<page>-<desk|wall|phone>.png."""

from __future__ import annotations

import argparse
from pathlib import Path

import dash
from playwright.sync_api import expect, sync_playwright

from data.snapshots import DEFAULT_STORE, Store
from tests.browser.conftest import FLAGS, ROOT, opened_page, served, settled
from tests.browser.everywhere import address, templates

# Name of the file's ending, size, colours.
VIEWS = (("desk", "desk", "light"), ("wall", "wide", "dark"), ("phone", "phone", "light"))


def names() -> dict[str, str]:
    """Return the name of a page's pictures by its address: the name of its module."""
    found = templates()
    modules = {page["path_template"] or page["path"]: page["module"] for page in dash.page_registry.values()}
    return {path: modules[path].rpartition(".")[2] for path in found}


def shoot(store: Store, chromium: str, folder: Path, only: tuple[str, ...] = ()) -> list[Path]:
    """Return the files written: each page on a store at three sizes, when nothing on it waits any more."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    with served(store) as site, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        context = browser.new_context(locale="zh-CN")
        for template, name in names().items():
            if only and name not in only:
                continue
            for ending, size, mode in VIEWS:
                page = opened_page(context, site.address, address(template, store), size, mode).page
                settled(page)
                # Figures are drawn in the frame after the one in which they arrive.
                page.wait_for_timeout(600)
                written.append(folder / f"{name}-{ending}.png")
                page.screenshot(path=written[-1])
                page.close()
        browser.close()
    return written


def main() -> None:
    """Write the pictures and say how many."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser.screenshots", description="各页截图")
    parser.add_argument("--store", type=Path, default=DEFAULT_STORE, metavar="DIR", help="数据仓文件夹")
    parser.add_argument("--out", type=Path, default=ROOT / "docs/screenshots", metavar="DIR", help="写入的文件夹")
    parser.add_argument("--chromium", default="chromium", metavar="FILE", help="浏览器的路径")
    parser.add_argument("pages", nargs="*", help="只拍这些页面，如 briefing")
    given = parser.parse_args()
    # Two cores may be busy with other work.
    expect.set_options(timeout=60_000)
    written = shoot(Store(given.store), given.chromium, given.out, tuple(given.pages))
    print(f"已写入 {len(written)} 张截图：{given.out}")


if __name__ == "__main__":
    main()
