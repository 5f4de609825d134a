"""Reads what components show: elements with attributes and text, static markup included."""

from __future__ import annotations

from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from typing import Any

from dash.development.base_component import Component


@dataclass
class Element:
    """One element as a browser would hold it."""

    tag: str
    attributes: dict[str, str]
    parts: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(part if isinstance(part, str) else part.text for part in self.parts)

    def all(self, tag: str) -> list[Element]:
        """Return all elements of a tag below this one, in order."""
        inside = [part for part in self.parts if isinstance(part, Element)]
        return [hit for part in inside for hit in ([part] if part.tag == tag else []) + part.all(tag)]


def read(part: Any) -> Element:
    """Return the element that holds what a component, or several, show."""
    reader = _Reader()
    reader.feed(_html(part))
    reader.close()
    return reader.root


def text_of(part: Any) -> str:
    """Return all text of a component, as a reader meets it."""
    return read(part).text


def _html(part: Any) -> str:
    if part is None:
        return ""
    if isinstance(part, (list, tuple)):
        return "".join(_html(one) for one in part)
    if not isinstance(part, Component):
        return escape(str(part))
    props = part.to_plotly_json()["props"]
    inside = props.pop("data-html", None) or _html(props.pop("children", None))
    shown = {"class" if name == "className" else name: value for name, value in props.items() if value is not None}
    written = "".join(f' {name}="{escape(str(value))}"' for name, value in shown.items())
    return f"<{part._type}{written}>{inside}</{part._type}>"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("root", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].parts.append(found)
        self.open.append(found)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        self.open[-1].parts.append(data)
