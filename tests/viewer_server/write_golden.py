"""Write the golden frames anew: only when the protocol's version changed.

    python tests/viewer_server/write_golden.py

The JSON files are worked out here without the product's codec, so that they say what
the documentation says and not what the code happens to do.
"""

from __future__ import annotations

import json
import struct
import zlib
from pathlib import Path

FOLDER = Path(__file__).parent / "golden"
NO_DATA = 0xFFFF

KEY = [0, 1, 2, 255, 256, 257, 65534, NO_DATA, 40000, 12345, 300, NO_DATA]
NEXT = [1, 1, 2, 254, 256, 513, 0, 65534, NO_DATA, 12345, 299, NO_DATA]


def frame(head: dict[str, float], payload: bytes) -> bytes:
    """Lay a frame out field by field, as the byte table of stream.md says."""
    out = bytearray(64)
    struct.pack_into("<4sHH", out, 0, b"MWTN", 1, head["layer"])
    struct.pack_into("<II", out, 8, head["run"], head["step"])
    struct.pack_into("<d", out, 16, head["time"])
    struct.pack_into("<HH", out, 24, head["tile_x"], head["tile_y"])
    struct.pack_into("<HH", out, 28, head["width"], head["height"])
    struct.pack_into("<BB", out, 32, head["level"], head["codec"])
    struct.pack_into("<BB", out, 34, head["keyframe"], head["kind"])
    struct.pack_into("<I", out, 36, head["offset"])
    struct.pack_into("<dd", out, 40, head["scale"], head["base"])
    struct.pack_into("<II", out, 56, head["base_step"], len(payload))
    return bytes(out) + payload


def payload(codes: list[int], codec: int) -> bytes:
    """Low bytes, then high bytes (bit 1), deflated (bit 2)."""
    raw = b"".join(struct.pack("<H", code) for code in codes)
    if codec & 1:
        raw = raw[0::2] + raw[1::2]
    return zlib.compress(raw, 9) if codec & 2 else raw


def keep(name: str, head: dict[str, float], sent: list[int], codes: list[int]) -> None:
    """Write a frame and what it must decode to."""
    (FOLDER / f"{name}.bin").write_bytes(frame(head, payload(sent, int(head["codec"]))))
    values = [None if c == NO_DATA else c * head["scale"] + head["base"] for c in codes]
    told = {"header": head, "sent": sent, "codes": codes, "values": values}
    text = json.dumps(told, indent=1)
    (FOLDER / f"{name}.json").write_text(text + "\n", encoding="utf-8")


def main() -> None:
    """Write all of them."""
    FOLDER.mkdir(exist_ok=True)
    head = {
        "layer": 1475, "run": 7, "step": 4, "time": 1893456000.0, "tile_x": 2,
        "tile_y": 1, "width": 4, "height": 3, "level": 1, "codec": 3, "keyframe": 1,
        "kind": 0, "offset": 4000000000, "scale": 0.0009765625, "base": -12.5,
        "base_step": 4,
    }  # fmt: skip
    keep("keyframe", head, KEY, KEY)
    keep("plain", head | {"codec": 0}, KEY, KEY)
    keep("shuffled", head | {"codec": 1}, KEY, KEY)
    keep("deflated", head | {"codec": 2}, KEY, KEY)
    keep("height", head | {"kind": 1, "base": 1287.25}, KEY, KEY)
    delta = [(b - a) % 65536 for a, b in zip(KEY, NEXT, strict=True)]
    later = {"step": 5, "base_step": 4, "codec": 7, "keyframe": 0, "time": 1924992000.0}
    keep("delta", head | later, delta, NEXT)


if __name__ == "__main__":
    main()
