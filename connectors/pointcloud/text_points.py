"""Points as text: XYZ, CSV, and the .dat of total stations; columns are never guessed.

The delimiter is read off the lines. The order of columns comes from a header line,
from the form 'number,code,E,N,Z' of CASS, or from the user; x y z of an .xyz is by
definition.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from twin.errors import InputError, UnreadableFile

LOOK = 65_536  # bytes that are looked at
LINE = 4096  # bytes of the longest line
DELIMITERS = (",", ";", "\t", " ")
ROLES = {
    "x": ("x", "e", "east", "easting", "x_coord", "lon", "东坐标", "东", "//x"),
    "y": ("y", "n", "north", "northing", "y_coord", "lat", "北坐标", "北"),
    "z": ("z", "h", "height", "elevation", "elev", "alt", "高程"),
    "kind": ("classification", "class", "kind"),
}
SIMPLE = (".xyz", ".asc", ".pts")


def look_at_text(
    path: Path, columns: str | None = None
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Find delimiter, header and columns; what the child is asked, and notes."""
    with path.open("rb") as file:
        data = file.read(LOOK)
        whole = not file.read(1)
    lines, encoding = _lines(path, data, whole=whole)
    skip = next((k for k, line in enumerate(lines) if _row(line)), None)
    if skip is None:
        raise _bad(path, "has no line of three numbers in its first 64 KiB", 1)
    counted = int(path.suffix.lower() == ".pts" and skip > 0)
    delimiter = _delimiter(lines[skip])
    fields = len(_cut(lines[skip], delimiter))
    names, how = _columns(path, lines, skip - counted, fields, columns)
    use = {role: at for role, at in names.items() if at < fields}
    if not {"x", "y", "z"} <= use.keys():
        raise InputError(
            f"{path}: line {skip + 1} has {fields} columns, and {how} gives "
            f"{', '.join(use) or 'none'} of x, y, z; state columns in site.yaml, "
            "e.g. columns: number code x y z"
        )
    told = {",": "comma", ";": "semicolon", "\t": "tab", " ": "blanks"}[delimiter]
    order = ", ".join(f"{role} = column {at + 1}" for role, at in use.items())
    note = (
        f"text ({encoding}) parted by {told}, {skip} lines before the points, {order}"
    )
    request = {"kind": "text", "delimiter": delimiter, "skip": skip, "columns": use}
    return request, (f"{note}; by {how}",)


def _lines(path: Path, data: bytes, *, whole: bool) -> tuple[list[str], str]:
    if b"\0" in data:
        raise _bad(path, f"is no text: a zero at byte {data.index(0)}", 1)
    data = data.removeprefix(b"\xef\xbb\xbf")
    cut = data if whole else data[: data.rfind(b"\n") + 1]
    for encoding in ("utf-8", "gb18030"):
        try:
            lines = cut.decode(encoding).splitlines()
        except UnicodeDecodeError:
            continue
        if not lines or max(map(len, lines)) > LINE:
            raise _bad(path, f"has a line longer than {LINE} characters", 1)
        return lines, "UTF-8" if encoding == "utf-8" else "GBK"
    raise _bad(path, "is neither UTF-8 nor GBK text", 1)


def _delimiter(line: str) -> str:
    return next((d for d in DELIMITERS if d in line.strip()), " ")


def _cut(line: str, delimiter: str) -> list[str]:
    parts = line.split() if delimiter == " " else line.strip().split(delimiter)
    return [part.strip() for part in parts]


def _row(line: str) -> bool:
    """Tell a line of points: it has three numbers at least, and no word but codes."""
    return sum(map(_number, _cut(line, _delimiter(line)))) >= 3


def _number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True


def _columns(
    path: Path, lines: list[str], skip: int, fields: int, stated: str | None
) -> tuple[dict[str, int], str]:
    if stated is not None:
        return _roles(stated.replace(",", " ").split()), "the columns stated"
    if skip > 0:
        head = lines[skip - 1].lstrip("#").strip()
        found = _roles(_cut(head, _delimiter(head)))
        if {"x", "y", "z"} <= found.keys():
            return found, f"the header in line {skip}"
    ending = path.suffix.lower()
    if ending == ".dat" and fields == 5:
        return {"x": 2, "y": 3, "z": 4}, "the form of CASS: number, code, E, N, Z"
    if ending in SIMPLE and fields >= 3:
        return {"x": 0, "y": 1, "z": 2}, f"the definition of {ending}"
    raise InputError(
        f"{path}: line {skip + 1} has {fields} columns and nothing says which are x "
        "(east), y (north) and z; state them in site.yaml, e.g. columns: x y z, or "
        "give the file a header line"
    )


def _roles(words: list[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for at, word in enumerate(words):
        name = word.strip().strip('"').lower().split("(")[0].split("[")[0].strip()
        for role, names in ROLES.items():
            if name in names and role not in found:
                found[role] = at
    return found


def _bad(path: Path, what: str, line: int) -> UnreadableFile:
    return UnreadableFile(
        f"{path}: the text of points {what} (line {line}); it is damaged or of another "
        "kind: export it again as x y z text or LAS"
    )


def text_chunks(
    path: Path, request: dict[str, Any], chunk: int
) -> Iterator[dict[str, Any]]:
    """Yield columns of the rows; runs in the child.

    Bytes are read as latin-1: columns used are numbers, and no second byte of GBK is a
    delimiter, so that nothing else needs to be decoded.
    """
    roles, delimiter = request["columns"], request["delimiter"]
    names = list(roles)
    kind = np.dtype([(name, "f8") for name in names])
    with path.open(encoding="latin-1", newline="\n") as file:
        lines = _bounded(file)
        for _ in range(request["skip"]):
            next(lines)
        done = request["skip"]
        while taken := list(islice(lines, min(chunk, 100_000))):
            done += len(taken)
            part = np.loadtxt(
                taken, kind, comments=None, ndmin=1,
                delimiter=None if delimiter == " " else delimiter,
                usecols=[roles[name] for name in names],
            )  # fmt: skip
            found = {name: part[name] for name in "xyz"}
            if "kind" in names:
                good = (part["kind"] >= 0) & (part["kind"] < 255)
                found["kind"] = np.where(good, part["kind"], 1).astype(np.uint8)
            yield found


def _bounded(file: Any) -> Iterator[str]:
    """Lines, none longer than LINE; blank ones are left out."""
    number = 0
    while line := file.readline(LINE + 1):
        number += 1
        if len(line) > LINE:
            msg = f"line {number} is longer than {LINE} characters"
            raise ValueError(msg)
        if line.strip() or number == 1:
            yield line.rstrip("\r\n")
