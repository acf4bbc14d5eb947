"""What changed between two clouds: the one computation behind every door."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from connectors.vector import read_parcels
from twin.change.cloud_scales import Scales
from twin.change.icp import Registration
from twin.change.m3c2 import CloudDistances
from twin.errors import InputError

from .cloud_blocks import Blocks, pair_of
from .cloud_scaling import lengths_of, registered
from .cloud_sources import CloudSource, Stated, two_clouds
from .cloud_summary import Stable, plain, shares, stable_of

if TYPE_CHECKING:
    from twin.site import Site

Array = NDArray[np.float64]
Report = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class CloudRules:
    """How two clouds are compared; what is None follows from the clouds.

    core     m, spacing of the core points; without it the width of the cylinder
    normal   m, radius in which the normal is fitted
    radius   m, of the cylinder in which points are averaged
    depth    m, how far the cylinder reaches to either side
    register  bring the later cloud onto the earlier one by ground that did not change
    stable   polygons of ground known as unchanged; without them it is found
    error    m, standard error of the clouds' position to each other, where somebody
             knows it (a survey report); of registered clouds it is worked out
    every_point  of all classes but noise, not of ground (class 2) alone
    """

    core: float | None = None
    normal: float | None = None
    radius: float | None = None
    depth: float | None = None
    register: bool = False
    stable: Path | None = None
    error: float | None = None
    every_point: bool = False

    def __post_init__(self) -> None:
        """Refuse lengths that are none before hours of work."""
        for name in ("core", "normal", "radius", "depth", "error"):
            value = getattr(self, name)
            good = value is None or (np.isfinite(value) and value >= 0.0)
            if not good or (value == 0.0 and name != "error"):
                raise InputError(
                    f"clouds: {name} {value} m is no length; give metres above 0, or "
                    "leave it out"
                )


@dataclass(frozen=True)
class CloudChange:
    """Distances of two clouds at core points, and what they rest on.

    core       (n, 3) points of the earlier cloud, m
    distances  along the normals of the earlier cloud, later minus earlier
    position   (n,) standard error of the clouds' position to each other along the
               normal, m; already within ``distances.detectable``
    moved      how the later cloud was moved; None: not at all
    stable     what the distances are on ground that did not change; None where too
               little is
    ground_only  whether points of class 2 alone were compared
    """

    earlier: CloudSource
    later: CloudSource
    rules: CloudRules
    scales: Scales
    spacing: float
    core: Array = field(repr=False)
    distances: CloudDistances = field(repr=False)
    position: Array = field(repr=False)
    moved: Registration | None
    stable: Stable | None
    ground_only: bool

    @property
    def crs(self) -> str:
        """CRS of the core points."""
        return self.earlier.crs

    def to_dict(self) -> dict[str, Any]:
        """Plain data: what command, file and Python tell alike."""
        found = {
            "a": self.earlier.to_dict(),
            "b": self.later.to_dict(),
            "crs": self.crs,
            "vertical": self.earlier.vertical,
            "unit": {"distance": "m", "rotation": "degree"},
            "confidence": 0.95,
            "points_used": "ground (class 2)" if self.ground_only else "all but noise",
            "scales": plain(self.scales),
            "core_spacing": self.spacing,
            "registration": None if self.moved is None else plain(self.moved),
            "stable_ground": None if self.stable is None else plain(self.stable),
            **shares(self.distances),
        }
        found["position_error"] = float(np.median(self.position))
        return found


def cloud_change(
    a: str | Path,
    b: str | Path,
    site: Site | None = None,
    rules: CloudRules | None = None,
    *,
    stated: Stated | None = None,
    progress: Report | None = None,
) -> CloudChange:
    """Compare cloud ``b`` with cloud ``a``, surveys of a site or files, by M3C2.

    stated    CRS and vertical datum of files that carry none
    progress  called with how much is done, and of how much

    Clouds of any size: they are laid out in tiles on disk (12 bytes a point, in the
    folder for temporary files) and compared block by block.

    Raises MissingCRS, UnreadableFile, UnknownName and InputError as the clouds deserve.
    """
    rules = rules or CloudRules()
    sources = two_clouds(a, b, site, stated or Stated())
    with tempfile.TemporaryDirectory(prefix="minetwin-clouds-") as folder:
        return _compared(sources, rules, Path(folder), progress or (lambda i, n: None))


def _compared(
    sources: tuple[CloudSource, CloudSource],
    rules: CloudRules,
    folder: Path,
    progress: Report,
) -> CloudChange:
    pair = pair_of(sources, folder, progress, every_point=rules.every_point)
    shapes = _stable_shapes(rules, sources[0].crs)
    moved = registered(pair, shapes) if rules.register else None
    pair = pair.moved_by(moved)
    scales, m3c2_rules = lengths_of(pair, rules)
    spacing = 2.0 * scales.radius if rules.core is None else rules.core
    blocks = Blocks(pair, m3c2_rules, spacing)
    core, distances = blocks.compared(progress)
    stable = stable_of(core, distances, shapes)
    position = _position(core, distances, rules, moved, stable)
    told = distances.with_position(position)
    return CloudChange(
        *sources, rules, scales, spacing, core, told, position, moved, stable,
        pair.ground_only,
    )  # fmt: skip


def _stable_shapes(rules: CloudRules, crs: str) -> Sequence[Any]:
    if rules.stable is None:
        return ()
    return [parcel.geometry for parcel in read_parcels(rules.stable, crs)]


def _position(
    core: Array,
    distances: CloudDistances,
    rules: CloudRules,
    moved: Registration | None,
    stable: Stable | None,
) -> Array:
    """Standard error of the clouds' position along each normal, m.

    As stated; else that of the registration; else the bias that is left on ground given
    as unchanged, which nobody took away; else nothing is known of it, and 0.
    """
    if rules.error is not None:
        return np.full(len(core), rules.error)
    if moved is not None:
        found = moved.error_along(core, distances.normals)
        return np.where(np.isfinite(found), found, 0.0)
    if stable is not None and stable.origin == "given":
        return np.full(len(core), abs(stable.bias))
    return np.zeros(len(core))
