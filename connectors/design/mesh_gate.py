"""What a mesh file claims, held against its size before anything decodes it."""

from __future__ import annotations

import json
import re
import struct
from pathlib import Path
from typing import Any

from twin.errors import UnreadableFile

MOST_TRIANGLES = 20_000_000
GLB, JSON_CHUNK, BIN_CHUNK = b"glTF", 0x4E4F534A, 0x004E4942
COMPONENT = {5120: 1, 5121: 1, 5122: 2, 5123: 2, 5125: 4, 5126: 4}
WIDTH = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT2": 4, "MAT3": 9, "MAT4": 16}
# What only paints: never decoded, for pictures can unfold to gigabytes.
PAINT = (
    "images",
    "textures",
    "samplers",
    "materials",
    "animations",
    "skins",
    "cameras",
)
PLY_BYTES = {
    "char": 1, "uchar": 1, "int8": 1, "uint8": 1, "short": 2, "ushort": 2, "int16": 2,
    "uint16": 2, "int": 4, "uint": 4, "int32": 4, "uint32": 4, "float": 4,
    "float32": 4, "double": 8, "float64": 8,
}  # fmt: skip
NO_INDEX = re.compile(
    rb"^[ \t]*f[ \t](?:[^\n]*[ \t])?(-\d|0+(?=[\s/]|$))", re.MULTILINE
)


def damaged(path: Path, why: str) -> UnreadableFile:
    """The one error of a file that claims what it does not hold."""
    return UnreadableFile(f"{path}: {why}; export the mesh again")


def glb_gate(path: Path, data: bytes) -> bytes:
    """The same GLB without pictures and materials, its counts within its size."""
    if data[:4] != GLB or len(data) < 20:
        raise damaged(path, "does not begin as a GLB file (binary glTF 2.0)")
    version, length = struct.unpack_from("<II", data, 4)
    size, kind = struct.unpack_from("<II", data, 12)
    if version != 2 or length != len(data) or kind != JSON_CHUNK:
        raise damaged(
            path, f"GLB version {version} states {length} bytes, it has {len(data)}"
        )
    if 20 + size > len(data):
        raise damaged(path, f"its JSON of {size} bytes ends beyond the file")
    try:
        tree = json.loads(data[20 : 20 + size])
        held = _binary(path, data[20 + size :])
        _check_tree(path, tree, held)
        for part in PAINT:
            tree.pop(part, None)
        for mesh in tree["meshes"]:
            for part in mesh["primitives"]:
                part.pop("material", None)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError,
            RecursionError) as error:  # fmt: skip
        raise damaged(path, f"its JSON is not sound ({error!r})") from error
    text = json.dumps(tree).encode()
    text += b" " * (-len(text) % 4)
    rest = data[20 + size :]
    head = struct.pack("<4sII", GLB, 2, 20 + len(text) + len(rest))
    return head + struct.pack("<II", len(text), JSON_CHUNK) + text + rest


def _binary(path: Path, rest: bytes) -> int:
    """Bytes of the binary chunk."""
    if not rest:
        return 0
    size, kind = struct.unpack_from("<II", rest.ljust(8, b"\0"))
    if kind != BIN_CHUNK or size > len(rest) - 8:
        raise damaged(path, f"its binary part of {size} bytes ends beyond the file")
    return int(size)


def _check_tree(path: Path, tree: dict[str, Any], held: int) -> None:
    if needed := tree.get("extensionsRequired"):
        raise damaged(path, f"needs {', '.join(map(str, needed))[:200]}, unknown here")
    if len(tree["buffers"]) > 1 or any("uri" in b for b in tree["buffers"]):
        raise damaged(path, "points to data outside the file")
    if tree["buffers"][0]["byteLength"] > held:
        raise damaged(path, "its buffer is longer than its binary part")
    views = tree["bufferViews"]
    for view in views:
        start, size = view.get("byteOffset", 0), view["byteLength"]
        if start < 0 or size < 0 or start + size > held:
            raise damaged(path, "a bufferView ends beyond the binary part")
    for i, accessor in enumerate(tree["accessors"]):
        _check_accessor(path, i, accessor, views)
    _check_nodes(path, tree)


def _check_accessor(
    path: Path, i: int, accessor: dict[str, Any], views: list[dict[str, Any]]
) -> None:
    if "sparse" in accessor or "bufferView" not in accessor:
        raise damaged(path, f"accessor {i} is sparse or without data")
    view = views[accessor["bufferView"]]
    item = COMPONENT[accessor["componentType"]] * WIDTH[accessor["type"]]
    count, start = accessor["count"], accessor.get("byteOffset", 0)
    step = view.get("byteStride", item)
    need = start + (count - 1) * step + item
    if count < 1 or start < 0 or step < item or need > view["byteLength"]:
        raise damaged(path, f"accessor {i} states {count} items, its data hold fewer")


def _check_nodes(path: Path, tree: dict[str, Any]) -> None:
    """A tree, as glTF wants: a child of two parents can unfold without end."""
    nodes = tree["nodes"]
    children = [c for node in nodes for c in node.get("children", ())]
    if len(set(children)) != len(children):
        raise damaged(path, "a node has two parents")
    seen, open_ = 0, list(tree["scenes"][tree.get("scene", 0)].get("nodes", ()))
    triangles = 0
    while open_:
        node, seen = nodes[open_.pop()], seen + 1
        if seen > len(nodes):
            raise damaged(path, "its nodes form a ring")
        open_ += node.get("children", ())
        if "mesh" in node:
            for part in tree["meshes"][node["mesh"]]["primitives"]:
                index = part.get("indices", part["attributes"]["POSITION"])
                triangles += tree["accessors"][index]["count"] // 3
    if triangles > MOST_TRIANGLES:
        raise damaged(path, f"more than {MOST_TRIANGLES} triangles")


def stl_gate(path: Path, data: bytes) -> str:
    """Kind of STL: "stl" or "stl_ascii"; a count must be that of the file's size."""
    count = struct.unpack_from("<I", data.ljust(84, b"\0"), 80)[0]
    if len(data) >= 84 and len(data) == 84 + 50 * count:
        return "stl"
    if data[:512].lstrip().lower().startswith(b"solid"):
        if b"endsolid" not in data[-1024:].lower():
            raise damaged(path, "a text STL that ends before its endsolid")
        return "stl_ascii"
    raise damaged(
        path, f"a binary STL of {count} triangles has {84 + 50 * count} bytes, "
        f"it has {len(data)}"
    )  # fmt: skip


def ply_gate(path: Path, data: bytes) -> None:
    """Every count of the header fits into the file."""
    head, mark, rest = data[: 1 << 16].partition(b"end_header")
    if not data.startswith(b"ply") or not mark:
        raise damaged(path, "does not begin with a PLY header")
    lines = [line.split() for line in head.decode("ascii", "replace").splitlines()]
    text, need, width, count = False, 0, 0, 0
    for words in [*lines, ["element", "end", "0"]]:
        match words:
            case ["format", kind, *_]:
                text = kind == "ascii"
            case ["element", _, number] if number.isdigit() and len(number) < 12:
                need += count * width
                count, width = int(number), 0
            case ["element", *more]:
                raise damaged(path, f"its header counts '{' '.join(more)[:60]}'")
            case ["property", "list", kind, item, _]:
                _ = PLY_BYTES.get(item) or _unknown(path, item)
                width += 2 if text else PLY_BYTES.get(kind) or _unknown(path, kind)
            case ["property", kind, _]:
                width += 2 if text else PLY_BYTES.get(kind) or _unknown(path, kind)
    left = len(data) - len(head) - len(mark) if len(rest) else 0
    if need > left + 2:
        raise damaged(path, f"its header promises {need} bytes, {left} follow it")


def _unknown(path: Path, kind: str) -> int:
    raise damaged(path, f"its header names a type '{kind[:40]}'")


def obj_gate(path: Path, data: bytes) -> bytes:
    """Plain ASCII text of an OBJ; names in other letters become underscores."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            data = data.decode("utf-16").encode("utf-8")
        except UnicodeDecodeError as error:
            raise damaged(path, f"false UTF-16 ({error})") from error
    if b"\0" in data or not re.search(rb"^[ \t]*v[ \t]", data, re.MULTILINE):
        raise damaged(path, "holds no text lines 'v x y z'")
    if found := NO_INDEX.search(data):
        line = data.count(b"\n", 0, found.start(1)) + 1
        raise damaged(
            path, f"line {line}: a face names vertex {found.group(1).decode()}; "
            "they count from 1"
        )  # fmt: skip
    return data.translate(bytes(b if b < 128 else 95 for b in range(256)))
