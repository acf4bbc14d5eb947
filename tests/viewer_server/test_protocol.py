"""Frames: what the documentation says is what is read and written."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from viewer.encode import Address, Scale, coarsen, encode_step, quantise
from viewer.protocol import (
    NO_DATA,
    Codes,
    Header,
    ProtocolError,
    apply_delta,
    read_header,
    unpack,
    values,
)

GOLDEN = Path(__file__).parent / "golden"
NAMES = sorted(path.stem for path in GOLDEN.glob("*.json"))


@pytest.mark.parametrize("name", NAMES)
def test_a_golden_frame_decodes_to_what_was_written_beside_it(name: str) -> None:
    """The same files are decoded by vitest."""
    told = json.loads((GOLDEN / f"{name}.json").read_text(encoding="utf-8"))

    header, sent = unpack((GOLDEN / f"{name}.bin").read_bytes())
    codes = sent
    if not header.keyframe:
        base = unpack((GOLDEN / "keyframe.bin").read_bytes())[1]
        codes = apply_delta(sent, base)

    for field, value in told["header"].items():
        assert getattr(header, field) == value, field
    assert sent.ravel().tolist() == told["sent"]
    assert codes.ravel().tolist() == told["codes"]
    found = [None if np.isnan(v) else v for v in values(header, codes).ravel()]
    assert found == told["values"]


def test_there_are_golden_frames() -> None:
    """An empty folder would pass silently."""
    assert {"keyframe", "delta", "plain", "height"} <= set(NAMES)


@pytest.mark.parametrize(
    ("at", "form", "value", "said"),
    [
        (0, "<I", 0, "magic"),
        (4, "<H", 2, "version"),
        (28, "<H", 0, "tile of 0"),
        (30, "<H", 2000, "tile of 4 x 2000"),
        (33, "<B", 9, "codec"),
        (34, "<B", 0, "either"),
        (34, "<B", 5, "flags"),
        (35, "<B", 2, "kind"),
        (40, "<d", float("nan"), "scale"),
        (40, "<d", 0.0, "scale"),
        (48, "<d", float("inf"), "finite"),
        (60, "<I", 1, "payload"),
    ],
)
def test_a_frame_that_lies_is_refused(
    at: int, form: str, value: float, said: str
) -> None:
    """Every field that could mislead the reader is checked."""
    frame = bytearray((GOLDEN / "keyframe.bin").read_bytes())
    struct.pack_into(form, frame, at, value)

    with pytest.raises(ProtocolError, match=said):
        unpack(bytes(frame))


def test_a_payload_that_inflates_to_more_than_the_tile_is_refused() -> None:
    """A small frame must not fill the memory."""
    frame = bytearray((GOLDEN / "keyframe.bin").read_bytes())
    struct.pack_into("<HH", frame, 28, 2, 2)

    with pytest.raises(ProtocolError, match="payload gives"):
        unpack(bytes(frame))


@pytest.mark.parametrize("cut", [0, 10, 63, 64, 70])
def test_a_truncated_frame_is_refused(cut: int) -> None:
    """At any length."""
    frame = (GOLDEN / "keyframe.bin").read_bytes()

    with pytest.raises(ProtocolError, match="frame refused"):
        unpack(frame[:cut])


finite = st.floats(-1e6, 1e6, width=32)
maps = arrays(
    np.float32,
    st.tuples(st.integers(1, 20), st.integers(1, 20)),
    elements=st.one_of(finite, st.just(np.float32(np.nan))),
)


@given(maps)
def test_the_error_of_a_round_trip_is_at_most_half_a_code(field: np.ndarray) -> None:
    """value = code * scale + base with codes spread over the range; NaN stays NaN."""
    seen = field[np.isfinite(field)]
    scale = (
        Scale.over(float(seen.min()), float(seen.max())) if seen.size else Scale(1, 0)
    )

    (frame,) = encode_step(address(step=0), scale, quantise(field, scale))
    header, codes = unpack(frame)
    found = values(header, codes)

    assert (np.isnan(found) == np.isnan(field)).all()
    slack = 1e-12 * max(1.0, float(np.abs(seen).max()) if seen.size else 1.0)
    known = np.isfinite(field)
    apart = np.abs(found[known] - field[known].astype(np.float64))
    assert (apart <= scale.error + slack).all()


@given(st.lists(maps, min_size=2, max_size=6), st.integers(0, 2**32 - 1))
def test_a_chain_of_deltas_gives_the_keyframe(fields: list, seed: int) -> None:
    """Whatever the codes, no-data and wrap-around included."""
    shape = fields[0].shape
    steps = [np.resize(field, shape) for field in fields]
    scale = Scale.over(-1e6, 1e6)
    coded = [quantise(step, scale) for step in steps]

    held = unpack(encode_step(address(step=0), scale, coded[0])[0])[1]
    for i in range(1, len(coded)):
        frames = encode_step(address(i), scale, coded[i], (i - 1, coded[i - 1]))
        if not frames:
            assert (coded[i] == coded[i - 1]).all()
            continue
        header, delta = unpack(frames[0])
        assert (header.base_step, header.step, header.keyframe) == (i - 1, i, False)
        held = apply_delta(delta, held)

    assert (held == coded[-1]).all()


def test_only_the_tiles_that_changed_are_sent() -> None:
    """600 x 300 cells are 3 x 2 tiles; one cell differs."""
    before: Codes = np.zeros((600, 300), np.uint16)
    after = before.copy()
    after[300, 260] = 9

    frames = encode_step(address(1), Scale(1, 0), after, (0, before))
    whole = encode_step(address(1), Scale(1, 0), after)

    (header,) = [read_header(frame) for frame in frames]
    assert (header.tile_y, header.tile_x, header.width, header.height) == (
        1,
        1,
        44,
        256,
    )
    assert len(whole) == 6


def test_a_coarser_level_is_the_mean_of_what_is_known() -> None:
    """2 x 2 blocks; holes are left out, a block of holes is a hole."""
    field = np.array([[1, 3, np.nan], [5, np.nan, np.nan], [7, 7, np.nan]])

    found = coarsen(field, 1)

    np.testing.assert_array_equal(found, [[3.0, np.nan], [7.0, np.nan]])


def address(step: int) -> Address:
    """Where the frames of these tests belong."""
    return Address(run=1, layer=2, step=step, time=0.0, level=0, offset=0)


def test_a_header_survives_packing() -> None:
    """Field by field, at the limits of their types."""
    from viewer.protocol import pack

    header = Header(
        layer=65535, run=2**32 - 1, step=2**32 - 1, time=-1.5, tile_x=65535,
        tile_y=65534, width=1024, height=1, level=255, codec=3, keyframe=True, kind=1,
        offset=2**32 - 1, scale=1e-300, base=-1e300, base_step=0,
    )  # fmt: skip

    assert read_header(pack(header, b"")) == header
    assert NO_DATA == 65535
