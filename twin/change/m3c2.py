"""Distances of two clouds along the normals of the ground, and what they detect."""

from __future__ import annotations

import contextlib
import io
import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..errors import InputError, MissingExtra

Array = NDArray[np.float64]
NORMAL_95: Final = 1.96  # standard errors to either side that hold 95 %
UP: Final = (0.0, 0.0, 1.0)
FEWEST: Final = 4  # points in a cylinder; fewer tell no roughness (Lague et al., 4.1.2)


@dataclass(frozen=True, slots=True)
class M3c2Rules:
    """Scales of the comparison.

    normal_radii  m; one is fixed, of several the one is taken at which the ground is
                  flattest. Lague et al.'s normal scale D is twice that
    radius        m, of the cylinder in which points are averaged; their projection
                  scale d is twice that
    depth         m, how far the cylinder reaches to either side
    registration_error  m, standard error of the clouds' position to each other, as
                  ``twin.change.icp`` or the survey's report tell it

    ``twin.change.cloud_scales`` proposes them.
    """

    normal_radii: tuple[float, ...] = (2.0,)
    radius: float = 1.0
    depth: float = 10.0
    registration_error: float = 0.0

    def __post_init__(self) -> None:
        """Refuse lengths that are none."""
        lengths = (*self.normal_radii, self.radius, self.depth)
        good = np.isfinite(lengths).all() and min(lengths) > 0.0
        error = self.registration_error
        if not (self.normal_radii and good and np.isfinite(error) and error >= 0.0):
            raise InputError(
                f"M3C2: radii {self.normal_radii}, {self.radius} and depth "
                f"{self.depth} must be above 0 m, the registration error {error} not "
                "below"
            )


@dataclass(frozen=True)
class CloudDistances:
    """What changed at each core point; NaN where a cylinder is empty in one cloud.

    distance     (n,) from the earlier to the later cloud along the normal, m
    detectable   (n,) least distance told from noise at 95 %, m; NaN where either
                 cylinder holds fewer than four points
    normals      (n, 3) unit vectors, upwards
    spread       (n, 2) roughness along the normal in each cloud, m
    count        (n, 2) points in the cylinder
    """

    distance: Array = field(repr=False)
    detectable: Array = field(repr=False)
    normals: Array = field(repr=False)
    spread: Array = field(repr=False)
    count: NDArray[np.int64] = field(repr=False)

    @property
    def significant(self) -> NDArray[np.bool_]:
        """Where the distance exceeds what noise and registration explain."""
        found: NDArray[np.bool_] = np.abs(self.distance) > self.detectable
        return found

    def with_position(self, error: Array) -> CloudDistances:
        """Detect less: ``error`` (n,) is the standard error of position of each, m.

        The term of the registration error in eq. 1, here of each place and direction.
        """
        return replace(self, detectable=self.detectable + NORMAL_95 * error)

    @classmethod
    def joined(cls, parts: Sequence[CloudDistances]) -> CloudDistances:
        """One after another."""
        names = [f.name for f in fields(cls)]
        return cls(*(np.concatenate([getattr(p, n) for p in parts]) for n in names))

    @classmethod
    def nothing(cls, n: int) -> CloudDistances:
        """Nothing told of ``n`` core points."""
        nan, three, two = (np.full(shape, np.nan) for shape in (n, (n, 3), (n, 2)))
        return cls(nan, nan.copy(), three, two, np.zeros((n, 2), np.int64))


def m3c2(
    earlier: Array,
    later: Array,
    core: Array,
    rules: M3c2Rules | None = None,
    *,
    normals: Array | None = None,
) -> CloudDistances:
    """Distance of two clouds (m, 3) at core points (n, 3) along the normals.

    normals  (n, 3) or (1, 3) unit vectors, instead of those of the earlier cloud

    The distance is that of the two means in a cylinder along the normal; with the
    spreads s and counts n in it the level of detection at 95 % is 1.96 (sqrt(s1^2 / n1
    + s2^2 / n2) + registration error). Lague, Brodu & Leroux 2013, ISPRS J. 82:10,
    eq. 1. It takes the roughness as uncorrelated from point to point.

    Raises InputError for clouds that are empty, hold NaN or do not overlap.
    """
    rules = rules or M3c2Rules()
    earlier, later = _cloud(earlier, "earlier points"), _cloud(later, "later points")
    found = distances_at(earlier, later, core, rules, normals=normals)
    if not np.isfinite(found.distance).any():
        raise nothing_compared(rules)
    return found


def distances_at(
    earlier: Array,
    later: Array,
    core: Array,
    rules: M3c2Rules,
    *,
    normals: Array | None = None,
) -> CloudDistances:
    """As ``m3c2``, for one block of many: no point of a cloud there is no fault.

    Where a cloud is empty distances are NaN, and so are normals of an empty earlier.
    """
    earlier = _cloud(earlier, "earlier points", some=False)
    later = _cloud(later, "later points", some=False)
    core = _cloud(core, "core points")
    if not (len(earlier) and len(later)):
        return CloudDistances.nothing(len(core))
    origin = np.round(np.median(core, axis=0))
    # shifted copies: sums of squares of millions of metres would lose the millimetres
    a, b, at = (np.ascontiguousarray(c - origin) for c in (earlier, later, core))
    if normals is not None:
        normals = np.ascontiguousarray(_directions(normals, len(core)))
    distance, told, found = _measured(a, b, at, rules, normals)
    return _told(distance, told, np.broadcast_to(found, core.shape).copy())


def nothing_compared(rules: M3c2Rules) -> InputError:
    """Build the error for clouds of which no core point has both."""
    return InputError(
        f"M3C2: no core point has both clouds within {rules.radius:g} m across and "
        f"{rules.depth:g} m along the normal; check that the clouds overlap and "
        "are in one CRS, or take a wider cylinder"
    )


def _told(distance: Array, told: Any, normals: Array) -> CloudDistances:
    """Take the library's record array apart."""
    spread = np.stack([told["spread1"], told["spread2"]], axis=1)
    count = np.stack([told["num_samples1"], told["num_samples2"]], axis=1)
    enough = (count >= FEWEST).all(axis=1)
    detectable = np.where(enough, told["lodetection"], np.nan)
    return CloudDistances(
        distance,
        detectable,
        normals,
        spread,
        count.astype(np.int64),
    )


def _measured(
    a: Array, b: Array, core: Array, rules: M3c2Rules, normals: Array | None
) -> tuple[Array, Any, Array]:
    """Call the library, quietly; distances, its uncertainties, and the normals."""
    with _quiet():
        library = _library()
        method = library.M3C2(
            epochs=(library.Epoch(a), library.Epoch(b)),
            corepoints=core,
            normal_radii=list(rules.normal_radii),
            orientation_vector=np.array(UP),
            corepoint_normals=normals,
            cyl_radius=rules.radius,
            max_distance=rules.depth,
            registration_error=rules.registration_error,
        )
        distance, told = method.run()
    return np.asarray(distance), told, np.asarray(method.directions())


def _library() -> Any:
    try:
        import py4dgeo
    except ImportError as error:
        raise MissingExtra(
            "M3C2 needs py4dgeo, which is not installed; install it with "
            "pip install 'minetwin[cloud]', or compare the grounds as rasters"
        ) from error
    return py4dgeo


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep the library from printing, logging to a file and setting threads.

    On import it attaches handlers to a logger of its own, one of which writes
    py4dgeo.log into the working folder, and on Windows sets OMP_NUM_THREADS for the
    whole process.
    """
    root, own = logging.getLogger(), logging.getLogger("py4dgeo")
    handlers, level = list(root.handlers), root.level
    threads, disabled = os.environ.get("OMP_NUM_THREADS"), own.disabled
    own.disabled = True
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    finally:
        for handler in list(own.handlers):
            own.removeHandler(handler)
            handler.close()
        own.addHandler(logging.NullHandler())
        own.propagate, own.disabled = False, disabled
        root.handlers[:] = handlers
        root.setLevel(level)
        if threads is None:
            os.environ.pop("OMP_NUM_THREADS", None)
        else:
            os.environ["OMP_NUM_THREADS"] = threads


def _cloud(points: Array, name: str, *, some: bool = True) -> Array:
    points = np.asarray(points, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] != 3:
        raise InputError(
            f"M3C2: the {name} have shape {points.shape}; give (n, 3) with easting, "
            "northing and height"
        )
    if some and not len(points):
        raise InputError(f"M3C2: the {name} are empty; check what was read")
    bad = int(np.count_nonzero(~np.isfinite(points).all(axis=1)))
    if bad:
        raise InputError(
            f"M3C2: {bad} of {len(points)} {name} hold NaN or infinity; leave them "
            "out first"
        )
    return points


def _directions(normals: Array, n: int) -> Array:
    normals = np.asarray(normals, dtype=np.float64)
    length = np.linalg.norm(normals, axis=-1)
    if normals.shape not in ((n, 3), (1, 3)) or not np.allclose(length, 1.0, atol=1e-6):
        raise InputError(
            f"M3C2: normals of shape {normals.shape}; give ({n}, 3) or (1, 3) vectors "
            "of length 1"
        )
    return normals
