"""Text of SVG: elements, escaped, with numbers that are no longer than they need be."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

FONT = "system-ui, 'Segoe UI', 'Noto Sans CJK SC', 'Microsoft YaHei', sans-serif"


def element(kind: str, inner: str = "", /, **about: object) -> str:
    """An element; ``stroke_width`` is written stroke-width, ``class_`` class."""
    told = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_value(value)}"'
        for key, value in about.items()
        if value is not None
    )
    return f"<{kind}{told}>{inner}</{kind}>" if inner else f"<{kind}{told}/>"


def text(words: str, x: float, y: float, **about: object) -> str:
    """A line of text."""
    return element("text", escape(words), x=x, y=y, **about)


def path(points: Iterable[tuple[float, float]], **about: object) -> str:
    """An open line through points."""
    d = "M" + "L".join(f"{x:.2f},{y:.2f}" for x, y in points)
    return element("path", d=d, fill="none", **about)


def drawing(width: float, height: float, *parts: str, label: str) -> str:
    """A whole drawing that scales with the page."""
    return element(
        "svg", "".join(parts), xmlns="http://www.w3.org/2000/svg",
        viewBox=f"0 0 {width:g} {height:g}", width="100%", role="img",
        aria_label=label, font_family=FONT, font_size=12, fill="#1d2b2a",
    )  # fmt: skip


def _value(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return escape(str(value), quote=True)
