"""From a report to a file: the format by its suffix, written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from metrics.model import MetricError
from reports.document import Report

FORMATS = (".docx", ".xlsx", ".pptx")


class WrongUse(MetricError):
    """A name, a template or dates that no report can be written with."""


def format_of(path: Path, template: Path | None = None) -> str:
    """Return the format that a file's name asks for; raises WrongUse for any other or another template."""
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise WrongUse(f"不能写成「{path.name}」。文件名请以 .docx、.xlsx 或 .pptx 结尾。")
    if template is not None and (suffix == ".xlsx" or template.suffix.lower() != suffix):
        raise WrongUse("模板只用于 .docx 和 .pptx，且须与所写文件同一格式。请改用同格式的模板，或去掉 --template。")
    return suffix


def content(report: Report, suffix: str, template: Path | None = None) -> bytes:
    """Return a report as a file of one of FORMATS; libraries are loaded only for the format that is asked for."""
    if suffix == ".docx":
        from reports.word import docx_bytes

        return docx_bytes(report, template)
    if suffix == ".xlsx":
        from reports.workbook import xlsx_bytes

        return xlsx_bytes(report)
    from reports.slides import pptx_bytes

    return pptx_bytes(report, template)


def template_bytes() -> bytes:
    """Return our stationery as a template to change: every style, and every placeholder."""
    from reports.word import sample_template

    return sample_template()


def put(path: Path, content: bytes) -> None:
    """Write a file beside itself and move it into place, so that nobody ever opens half of it."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".report-", suffix=path.suffix)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
