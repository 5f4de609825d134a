"""Asks the application for a callback's answer as the browser does."""

from __future__ import annotations

import functools
from typing import Any

from flask.testing import FlaskClient


def ask(
    client: FlaskClient,
    output: str,
    inputs: dict[str, Any],
    states: dict[str, Any] | None = None,
    changed: str = "",
) -> dict[str, Any]:
    """Return what the callback that writes `output` (id.property) answers: {id: {property: value}}.

    inputs, states: values by id.property, in the order of the callback; changed: which input did, else the first.
    """
    found = callback_of(client, output)
    several = found["output"].startswith("..")
    outputs = [_place(name) for name in found["output"].strip(".").split("...")]
    body = {
        "output": found["output"],
        "outputs": outputs if several else outputs[0],
        "inputs": [{**_place(name), "value": value} for name, value in inputs.items()],
        "changedPropIds": [changed or next(iter(inputs))],
        "parsedChangedPropsIds": [changed or next(iter(inputs))],
        "state": [{**_place(name), "value": value} for name, value in (states or {}).items()],
    }
    answer = client.post("/_dash-update-component", json=body)
    if answer.status_code == 204:
        return {}
    assert answer.status_code == 200, answer.get_data(as_text=True)[-500:]
    response: dict[str, Any] = answer.get_json()["response"]
    return response


@functools.cache
def callback_of(client: FlaskClient, output: str) -> dict[str, Any]:
    """Return the callback that writes `output` (id.property) as the browser is told of it."""
    listed = client.get("/_dash-dependencies").get_json()
    found: dict[str, Any] = next(one for one in listed if output in one["output"].strip(".").split("..."))
    return found


def html_of(value: Any) -> str:
    """Return all text and static markup of a serialised part of a page."""
    if isinstance(value, list):
        return "".join(html_of(one) for one in value)
    if isinstance(value, dict):
        props = value.get("props", {})
        return str(props.get("data-html", "")) + html_of(props.get("children"))
    return "" if value is None else str(value)


def _place(name: str) -> dict[str, str]:
    id, _, property = name.rpartition(".")
    return {"id": id, "property": property}
