"""From a want to its frames: looked up, quantised and encoded once for all viewers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from .cache import SharedCache
from .catalogue import Catalogue, Target
from .encode import Address, Scale, coarsen, encode_step, quantise
from .hub import Shown
from .protocol import Codes
from .session import Held, View, Want

FRAME_BYTES = 256 * 2**20
CODE_BYTES = 128 * 2**20
ENCODERS = 2
SAMPLE = 200_000  # values that percentiles are taken of


@dataclass(frozen=True)
class _Part:
    frames: tuple[bytes, ...]
    told: Mapping[str, Any]
    holds: Held


class Streamer:
    """Shared by all viewers of a site; work runs on its own threads."""

    def __init__(
        self,
        catalogue: Catalogue,
        *,
        frame_bytes: int = FRAME_BYTES,
        code_bytes: int = CODE_BYTES,
    ) -> None:
        self.catalogue = catalogue
        self.frames: SharedCache[tuple[bytes, ...]] = SharedCache(
            frame_bytes, lambda frames: sum(map(len, frames)) + 64
        )
        self._codes: SharedCache[Codes] = SharedCache(code_bytes, lambda c: c.nbytes)
        self._scales: SharedCache[Scale] = SharedCache(2**20, lambda _: 64)
        self._typical: SharedCache[tuple[float, float]] = SharedCache(
            2**20, lambda _: 64
        )
        self._ranges: dict[str, list[float]] = {}
        # Two pools: a request waits for its tiles, so they must not share threads.
        self._requests = ThreadPoolExecutor(8, "show")
        self._tiles = ThreadPoolExecutor(ENCODERS, "tile")

    def close(self) -> None:
        """End the threads."""
        self._requests.shutdown(cancel_futures=True)
        self._tiles.shutdown(cancel_futures=True)

    async def show(self, want: Want, offset: int) -> Shown:
        """Return the frames that bring a viewer to the wanted step."""
        loop = asyncio.get_running_loop()
        parts = await asyncio.gather(
            *(
                loop.run_in_executor(
                    self._requests, self._part, view, held, want, offset
                )
                for view, held in zip(want.views, want.held, strict=True)
            )
        )
        return Shown(
            frames=tuple(frame for part in parts for frame in part.frames),
            views=tuple(part.told for part in parts),
            holds=tuple(part.holds for part in parts),
        )

    def _part(self, view: View, held: Held | None, want: Want, offset: int) -> _Part:
        target = self.catalogue.target(view)
        step = max(0, min(want.step, target.steps - 1))
        known = held is not None and (held.index, held.level) == (
            target.index,
            want.level,
        )
        base = held.step if held is not None and known else None
        if base is not None and not (abs(base - step) <= 1 and base < target.steps):
            base = (
                None  # only neighbours: few kinds of frames, so that viewers share them
            )
        frames = self.step_frames(target, step, want.level, base=base, offset=offset)
        told = {
            "run": view.run,
            "layer": view.layer,
            "axis": view.axis,
            "surface": view.surface,
            "index": target.index,
            "wire": target.wire,
            "level": want.level,
            "step": step,
            "time": self.catalogue.instant(target, step).isoformat(),
            "typical": list(self.typical(target)),
            "frames": len(frames),
            "keyframe": base is None,
        }
        return _Part(frames, told, Held(target.index, want.level, step))

    def step_frames(
        self, target: Target, step: int, level: int, *, base: int | None, offset: int
    ) -> tuple[bytes, ...]:
        """Frames of a step, as keyframes or as deltas to the step ``base``."""
        if base == step:
            return ()
        key = (target.index, target.wire, level, step, base)

        def make() -> tuple[bytes, ...]:
            before = None
            if base is not None:
                before = (base, self.codes(target, base, level))
            address = Address(
                run=target.index, layer=target.wire, step=step, level=level,
                time=self.catalogue.instant(target, step).timestamp(), offset=offset,
            )  # fmt: skip
            codes = self.codes(target, step, level)
            scale = self.scale(target)
            return tuple(encode_step(address, scale, codes, before, pool=self._tiles))

        return self.frames.get(key, make)

    def codes(self, target: Target, step: int, level: int) -> Codes:
        """Codes of a layer step at a level of detail."""

        def make() -> Codes:
            values = self.catalogue.values(target, step)
            shown = coarsen(values, level) if level else values
            return quantise(shown, self.scale(target), self._tiles)

        return self._codes.get((target.index, target.wire, level, step), make)

    def scale(self, target: Target) -> Scale:
        """One scale for all steps of a layer of a run."""

        def make() -> Scale:
            low, high = self._range(target)
            known = self._ranges.setdefault(target.layer, [low, high])
            known[:] = min(known[0], low), max(known[1], high)
            return Scale.over(low, high)

        return self._scales.get((target.index, target.wire), make)

    def typical(self, target: Target) -> tuple[float, float]:
        """2nd and 98th percentile over the first, middle and last step, own unit.

        For colours: a few cells that collect what erodes would flatten all others.
        """

        def make() -> tuple[float, float]:
            last = target.steps - 1
            values = np.concatenate(
                [
                    self.catalogue.values(target, step).ravel()
                    for step in sorted({0, last // 2, last})
                ]
            )
            known = values[np.isfinite(values)]
            known = known[:: 1 + known.size // SAMPLE]
            if not known.size:
                return 0.0, 0.0
            low, high = np.percentile(known, (2, 98))
            return float(low), float(high)

        return self._typical.get((target.index, target.wire), make)

    def known_range(self, layer: str) -> dict[str, float | None]:
        """Range of a layer over what was streamed so far, in its own unit."""
        low, high = self._ranges.get(layer, (np.inf, -np.inf))
        known = bool(np.isfinite(high - low))
        return {"low": low if known else None, "high": high if known else None}

    def _range(self, target: Target) -> tuple[float, float]:
        """Return the range over all steps: told by the run, else by reading them."""
        told = {} if target.run is None else target.run.manifest.get("ranges", {})
        if target.layer in told:
            low, high = told[target.layer]
            return float(low), float(high)

        def of(step: int) -> tuple[float, float]:
            values = self.catalogue.values(target, step)
            finite = values[np.isfinite(values)]
            if not finite.size:
                return np.inf, -np.inf
            return float(finite.min()), float(finite.max())

        found = list(self._tiles.map(of, range(target.steps)))
        return min(low for low, _ in found), max(high for _, high in found)
