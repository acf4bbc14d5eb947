"""The binary frame of the stream: 64 header bytes and the codes of one tile. Pure.

Byte table, reasons and rejected alternatives: docs/explanation/stream.md. The browser's
side is viewer/web/src/protocol.ts; both decode tests/viewer_server/golden.
"""

from __future__ import annotations

import math
import struct
import zlib
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from twin.errors import InputError

PROTOCOL = 1
MAGIC = 0x4E54574D  # "MWTN" in byte order
VERSION = 1
HEADER_BYTES = 64
NO_DATA = 0xFFFF
LAST_CODE = 0xFFFE
TILE_LIMIT = 1024  # cells along one side

CODEC_SHUFFLE = 1
CODEC_DEFLATE = 2
CODEC_DELTA = 4
FLAG_KEYFRAME = 1
KIND_LAYER: Final = 0
KIND_HEIGHT: Final = 1

Codes = NDArray[np.uint16]
_HEADER = struct.Struct("<IHHIId4H4BIddII")


class ProtocolError(InputError):
    """Bytes that are no frame of this protocol."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What a frame says about itself.

    layer      index of the layer in /api/site, plus the entry of its axis
    run        index of the run, or of the surface, in /api/site
    time       instant of the step, seconds since 1970 UTC
    offset     sequence of the stream when the frame was encoded
    scale, base  value = code * scale + base; declared error scale / 2
    base_step  step that a delta refers to; the own step for a keyframe
    """

    layer: int
    run: int
    step: int
    time: float
    tile_x: int
    tile_y: int
    width: int
    height: int
    level: int
    codec: int
    keyframe: bool
    kind: Literal[0, 1]
    offset: int
    scale: float
    base: float
    base_step: int


def shuffle(codes: Codes) -> bytes:
    """All low bytes, then all high bytes."""
    flat = codes.ravel()
    halves = np.zeros((2, flat.size), np.uint8)
    halves[0] = flat & 0xFF
    halves[1] = flat >> 8
    return halves.tobytes()


def unshuffle(raw: bytes) -> Codes:
    """Inverse of ``shuffle``, flat."""
    halves = np.frombuffer(raw, np.uint8).reshape(2, -1)
    return np.ascontiguousarray(halves.T).view("<u2").reshape(-1).astype(np.uint16)


def pack(header: Header, payload: bytes) -> bytes:
    """Frame of an encoded payload."""
    h = header
    return (
        _HEADER.pack(
            MAGIC, VERSION, h.layer, h.run, h.step, h.time,
            h.tile_x, h.tile_y, h.width, h.height,
            h.level, h.codec, FLAG_KEYFRAME if h.keyframe else 0, h.kind,
            h.offset & 0xFFFFFFFF, h.scale, h.base, h.base_step, len(payload),
        )
        + payload
    )  # fmt: skip


def read_header(frame: bytes) -> Header:
    """Read and check the header, and that the payload is complete."""
    if len(frame) < HEADER_BYTES:
        raise ProtocolError(f"frame refused: {len(frame)} bytes are no header")
    told = _HEADER.unpack_from(frame)
    magic, version, flags, payload = told[0], told[1], told[12], told[18]
    if magic != MAGIC or version != VERSION:
        raise ProtocolError(
            f"frame refused: magic {magic:#x}, version {version}; "
            f"expected {MAGIC:#x}, version {VERSION}"
        )
    if payload != len(frame) - HEADER_BYTES:
        raise ProtocolError(
            f"frame refused: payload of {len(frame) - HEADER_BYTES} bytes, "
            f"the header says {payload}"
        )
    header = Header(
        layer=told[2], run=told[3], step=told[4], time=told[5],
        tile_x=told[6], tile_y=told[7], width=told[8], height=told[9],
        level=told[10], codec=told[11], keyframe=bool(flags & FLAG_KEYFRAME),
        kind=told[13], offset=told[14], scale=told[15], base=told[16],
        base_step=told[17],
    )  # fmt: skip
    _check(header, flags)
    return header


def _check(h: Header, flags: int) -> None:
    delta = bool(h.codec & CODEC_DELTA)
    faults = {
        f"unknown codec bits {h.codec}": h.codec & ~7,
        f"unknown flags {flags}": flags & ~FLAG_KEYFRAME,
        f"unknown kind {h.kind}": h.kind not in (KIND_LAYER, KIND_HEIGHT),
        f"tile of {h.width} x {h.height}": not (
            0 < h.width <= TILE_LIMIT and 0 < h.height <= TILE_LIMIT
        ),
        f"scale {h.scale}": not (math.isfinite(h.scale) and h.scale > 0),
        "base or time is not finite": not math.isfinite(h.base + h.time),
        "a frame is either a keyframe or a delta": delta == h.keyframe,
    }
    for fault, found in faults.items():
        if found:
            raise ProtocolError(f"frame refused: {fault}")


def unpack(frame: bytes) -> tuple[Header, Codes]:
    """Header and codes (height, width); for a delta these are still differences."""
    header = read_header(frame)
    expected = header.width * header.height * 2
    raw = frame[HEADER_BYTES:]
    if header.codec & CODEC_DEFLATE:
        raw = _inflate(raw, expected)
    if len(raw) != expected:
        raise ProtocolError(
            f"frame refused: payload gives {len(raw)} bytes, expected {expected}"
        )
    if header.codec & CODEC_SHUFFLE:
        codes = unshuffle(raw)
    else:
        codes = np.frombuffer(raw, "<u2").astype(np.uint16)
    return header, codes.reshape(header.height, header.width)


def _inflate(packed: bytes, expected: int) -> bytes:
    inflater = zlib.decompressobj()
    try:
        raw = inflater.decompress(packed, expected + 1)
    except zlib.error as error:
        raise ProtocolError(f"frame refused: no zlib stream ({error})") from error
    if len(raw) == expected and not inflater.eof:
        raise ProtocolError("frame refused: the zlib stream is cut short")
    return raw


def apply_delta(delta: Codes, base: Codes) -> Codes:
    """Codes of the step whose difference to ``base``, modulo 65536, is ``delta``."""
    return delta + base


def values(header: Header, codes: Codes) -> NDArray[np.float64]:
    """Values of the codes, NaN where there is no data."""
    found: NDArray[np.float64] = codes.astype(np.float64)
    found = found * header.scale + header.base
    found[codes == NO_DATA] = np.nan
    return found
