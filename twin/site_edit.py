"""Add to the text of a settings file without touching what its author wrote.

YAML libraries that keep comments would be one dependency more for two small edits: an
item at the end of a list, and a key that was not there.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml


def with_item(text: str, key: str, item: Mapping[str, Any]) -> str:
    """Return ``text`` with ``item`` at the end of the list under a top key."""
    pair = _pair(text, key)
    block = _dump([dict(item)])
    if pair is None:
        return _ended(text) + f"{key}:\n" + _indented(block, 2)
    name, value = pair
    lines = text.splitlines(keepends=True)
    if not isinstance(value, yaml.SequenceNode) or not value.value:
        place = name.start_mark.line  # nothing, or [], stands beside it
        made = f"{key}:\n{_indented(block, 2)}"
        return "".join([*lines[:place], made, *lines[place + 1 :]])
    if value.flow_style:
        items = yaml.safe_load(text)[key]
        head, tail = text[: name.start_mark.index], text[value.end_mark.index :]
        written = _indented(_dump([*items, dict(item)]), 2).rstrip("\n")
        return f"{head}{key}:\n{written}{tail}"
    last = value.value[-1]
    end = _last_line(last) + 1
    made = _indented(block, value.start_mark.column)
    return _ended("".join(lines[:end])) + made + "".join(lines[end:])


def with_key(text: str, key: str, value: Any) -> str:
    """Return ``text`` with a top key added at its end."""
    return _ended(text) + yaml.safe_dump(
        {key: value}, allow_unicode=True, sort_keys=False, default_flow_style=None
    )


def _pair(text: str, key: str) -> tuple[yaml.Node, yaml.Node] | None:
    root: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    if not isinstance(root, yaml.MappingNode):
        return None
    return next((p for p in root.value if p[0].value == key), None)


def _last_line(node: yaml.Node) -> int:
    """Line of the last character that belongs to a node; block ends lie beyond it."""
    if isinstance(node, yaml.MappingNode) and node.value and not node.flow_style:
        return _last_line(node.value[-1][1])
    if isinstance(node, yaml.SequenceNode) and node.value and not node.flow_style:
        return _last_line(node.value[-1])
    mark = node.end_mark
    return int(mark.line - 1 if mark.column == 0 else mark.line)


def _dump(data: Any) -> str:
    text: str = yaml.safe_dump(data, allow_unicode=True, sort_keys=False, width=100)
    return text


def _indented(block: str, columns: int) -> str:
    return "".join(" " * columns + line for line in block.splitlines(keepends=True))


def _ended(text: str) -> str:
    return text if not text or text.endswith("\n") else text + "\n"
