"""Parts of a page that do nothing by themselves, sent as one component.

Dash tells every component of a page about every change on it, about 50 µs each: a table of 60 × 8 linked cells made of
components holds the browser for seconds. Such a part is written as HTML here and set by assets/markup.js; its links
work like all others, because the frame listens to clicks on the whole page.
"""

from __future__ import annotations

from html import escape
from typing import Any

from dash import html
from dash.development.base_component import Component

from pages._components.attributes import attributes

_NAMES = {"className": "class", "htmlFor": "for", "colSpan": "colspan", "rowSpan": "rowspan", "tabIndex": "tabindex"}
_PLAIN = {"id", "title", "href", "scope", "role", "download", "lang", "type"}
_SWITCHES = {"hidden", "open"}
_WILDCARDS = ("aria-", "data-")
_OWN_ADDRESS = ("/", "?", "#")


class Written(str):
    """HTML that is put in as it is: for the many cells of a table, written with every text escaped."""


def tag(name: str, *inside: Any, **named: Any) -> Written:
    """Write an element; attributes are named as components name them (className), texts and values are escaped.

    A page has thousands of them, and components take ten times as long to make and to read again.
    """
    written = "".join([_attribute(key, value) for key, value in named.items()])
    return Written(f"<{name}{written}>{render(inside)}</{name}>")


def static(part: Any, className: str = "static", **more: Any) -> html.Div:
    """Return one component that shows a tree of html components; nothing in it can be the target of a callback."""
    return html.Div(className=className, **attributes(data_html=render(part)), **more)


def render(part: Any) -> str:
    """Write a tree of html components and written parts as HTML; every text and attribute is escaped."""
    if part is None:
        return ""
    if isinstance(part, Written):
        return part
    if isinstance(part, str):
        return escape(part)
    if isinstance(part, (list, tuple)):
        return "".join(render(one) for one in part)
    if not isinstance(part, Component):
        return escape(str(part))
    if part._namespace != "dash_html_components":
        raise TypeError(f"{part._type} is not plain HTML and cannot be part of static markup.")
    tag = part._type.lower()
    # What to_plotly_json gives; read here, since it asks each part for every attribute that its tag may have.
    own = part.__dict__
    names = [name for name in part._prop_names if name in own and name != "children"]
    names += [name for name in own if name.startswith(_WILDCARDS)]
    written = "".join([_attribute(name, own[name]) for name in names])
    return f"<{tag}{written}>{render(own.get('children'))}</{tag}>"


def _attribute(name: str, value: Any) -> str:
    if value is None or value is False or (name == "className" and not value):
        return ""
    if name in _SWITCHES:
        return f" {name}"
    if name == "style":
        value = "; ".join(f"{key}: {text}" for key, text in value.items())
    elif name in _NAMES:
        name = _NAMES[name]
    elif name not in _PLAIN and not name.startswith(_WILDCARDS):
        raise TypeError(f"static markup has no attribute {name}.")
    if name == "href" and (not str(value).startswith(_OWN_ADDRESS) or str(value).startswith("//")):
        raise ValueError(f"static markup links inside the application only, not to {value}.")
    return f' {name}="{escape(str(value))}"'
