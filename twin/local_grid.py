"""A mine's own grid: where it lies in a known CRS, fitted from control points."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from .errors import InputError

Array = NDArray[np.float64]
USUAL_SCALE: Final = 0.002  # projections and heights scale less; 1000 ppm at 6 km
SAME_SCALE: Final = 1e-4  # relative, of a foot or another unit told by the scale
SUSPICION: Final = 0.05  # probability that good points are called an outlier
MIRRORED: Final = 100.0  # times that a fit with swapped columns has to be better
FOOT: Final = 0.3048  # m


@dataclass(frozen=True, slots=True)
class ControlPoint:
    """One point known in both systems.

    local   easting and northing in the mine's own grid
    known   easting and northing in the CRS, m
    local_height, known_height   m, both or neither
    """

    name: str
    local: tuple[float, float]
    known: tuple[float, float]
    local_height: float | None = None
    known_height: float | None = None


@dataclass(frozen=True)
class LocalGrid:
    """Four-parameter similarity in plan (Helmert) and an offset in height.

    known = known_origin + scale R(rotation) (local - local_origin)
    known height = local height + height_offset

    crs           of the known coordinates, projected, metres
    local_origin, known_origin   one place in both systems, m
    rotation_deg  counter-clockwise, from local to known
    scale         known metres per local unit

    Origins amid the points keep the products small: forward and inverse undo each other
    to the last bit of the larger coordinate, 1e-9 m below 8 000 km. Eastings that bear
    a zone number have a last bit of 7e-9 m.
    """

    crs: str
    local_origin: tuple[float, float]
    known_origin: tuple[float, float]
    rotation_deg: float = 0.0
    scale: float = 1.0
    height_offset: float = 0.0

    def __post_init__(self) -> None:
        """Refuse numbers that are none, and a scale that has no inverse."""
        numbers = (*self.local_origin, *self.known_origin, self.rotation_deg)
        if not np.isfinite([*numbers, self.scale, self.height_offset]).all():
            raise InputError(
                f"local grid in {self.crs}: origin, rotation, scale or height is no "
                "number; fit it again from control points"
            )
        if self.scale <= 0.0:
            raise InputError(
                f"local grid in {self.crs}: scale {self.scale:g} must be above 0; "
                "a mirrored grid has its columns swapped, give easting first"
            )

    def forward(self, points: Array) -> Array:
        """Carry local (n, 2) or (n, 3) to the CRS; the same shape, m."""
        points = _points(points)
        a, b = self._turn()
        u, v = (points[:, :2] - self.local_origin).T
        moved = points.copy()
        moved[:, 0] = self.known_origin[0] + (a * u - b * v)
        moved[:, 1] = self.known_origin[1] + (b * u + a * v)
        if points.shape[1] == 3:
            moved[:, 2] += self.height_offset
        return moved

    def inverse(self, points: Array) -> Array:
        """Carry (n, 2) or (n, 3) in the CRS to local; the same shape."""
        points = _points(points)
        a, b = self._turn()
        size = a * a + b * b
        x, y = (points[:, :2] - self.known_origin).T
        moved = points.copy()
        moved[:, 0] = self.local_origin[0] + (a * x + b * y) / size
        moved[:, 1] = self.local_origin[1] + (a * y - b * x) / size
        if points.shape[1] == 3:
            moved[:, 2] -= self.height_offset
        return moved

    def _turn(self) -> tuple[float, float]:
        angle = np.radians(self.rotation_deg)
        return float(self.scale * np.cos(angle)), float(self.scale * np.sin(angle))

    def to_wkt(self, name: str) -> str:
        """WKT of a CRS that PROJ carries to and from every other, heights apart.

        A projected CRS derived from the known one by an affine transformation (OGC
        18-010, EPSG method 9624).
        """
        from pyproj import CRS

        known = CRS.from_user_input(self.crs).to_wkt("WKT2_2019")
        base = known[len("PROJCRS[") : known.index("CS[Cartesian")].rstrip(", \n")
        a, b = self._turn()
        size = a * a + b * b
        east, north = self.known_origin
        one, two = self.local_origin
        rows = (
            ("A0", one - (a * east + b * north) / size, 8623),
            ("A1", a / size, 8624),
            ("A2", b / size, 8625),
            ("B0", two - (a * north - b * east) / size, 8639),
            ("B1", -b / size, 8640),
            ("B2", a / size, 8641),
        )
        metre, share = 'LENGTHUNIT["metre",1]', 'SCALEUNIT["coefficient",1]'
        told = ",".join(
            f'PARAMETER["{key}",{value!r},{metre if key[1] == "0" else share},'
            f'ID["EPSG",{code}]]'
            for key, value, code in rows
        )
        return (
            f'DERIVEDPROJCRS["{name}",BASEPROJCRS[{base}],DERIVINGCONVERSION["fit",'
            f'METHOD["Affine parametric transformation",ID["EPSG",9624]],{told}],'
            'CS[Cartesian,2],AXIS["easting (E)",east,ORDER[1]],'
            f'AXIS["northing (N)",north,ORDER[2]],{metre}]'
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain data for site.yaml."""
        return {
            "crs": self.crs,
            "local_origin": [float(v) for v in self.local_origin],
            "known_origin": [float(v) for v in self.known_origin],
            "rotation_deg": float(self.rotation_deg),
            "scale": float(self.scale),
            "height_offset": float(self.height_offset),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> LocalGrid:
        """Inverse of ``to_dict``; InputError where a part is missing or unknown."""
        wanted = {
            "crs", "local_origin", "known_origin",
            "rotation_deg", "scale", "height_offset",
        }  # fmt: skip
        apart = wanted.symmetric_difference(data)
        if apart:
            raise InputError(
                f"local grid: missing or unknown {', '.join(sorted(apart))}; "
                f"it has {', '.join(sorted(wanted))}"
            )
        try:
            east, north = (float(v) for v in data["local_origin"])
            to_east, to_north = (float(v) for v in data["known_origin"])
            rest = [float(data[k]) for k in ("rotation_deg", "scale", "height_offset")]
        except (TypeError, ValueError) as error:
            raise InputError(
                f"local grid: {error}; origins are [easting, northing], the rest one "
                "number each"
            ) from error
        return cls(str(data["crs"]), (east, north), (to_east, to_north), *rest)


@dataclass(frozen=True)
class LocalGridFit:
    """A fitted grid and how well the points agree on it.

    residuals   (n, 2) fitted less known, m, in the points' order
    height_residuals  (n,) m, or None without heights
    redundancy  2 n - 4; 0 means determined exactly, with no check at all
    sigma       standard error of one coordinate, m; None without redundancy
    shift_error, scale_error, rotation_error_deg, height_error   standard errors; None
        where nothing is redundant. The shift is that of the origin.
    outlier     name of the point that the others contradict, or None
    notes       what people must know of this fit
    """

    grid: LocalGrid
    names: tuple[str, ...]
    residuals: Array
    height_residuals: Array | None
    redundancy: int
    sigma: float | None
    shift_error: float | None
    scale_error: float | None
    rotation_error_deg: float | None
    height_error: float | None
    outlier: str | None
    notes: tuple[str, ...]


def fit_local_grid(points: Sequence[ControlPoint], crs: str) -> LocalGridFit:
    """Fit a local grid to control points by least squares.

    With centred local z = u + iv and known w = x + iy the similarity is w = alpha z,
    alpha = sum(conj(z) w) / sum |z|^2 = scale exp(i rotation): linear in complex
    numbers, so that no angle needs a start value. Height by the mean.

    Raises InputError for points that tell no grid or fit only with swapped columns.
    """
    _check(points)
    local = np.array([p.local for p in points], dtype=np.float64)
    known = np.array([p.known for p in points], dtype=np.float64)
    middle, there = local.mean(axis=0), known.mean(axis=0)
    z, w = _complex(local - middle), _complex(known - there)
    size = float(np.sum(np.abs(z) ** 2))
    if size <= 1e-12 * float(np.sum(np.abs(local) ** 2)) or not np.abs(w).any():
        raise InputError(
            "local grid: all control points lie at one place; give some far apart"
        )
    alpha = complex(np.sum(np.conj(z) * w) / size)
    rest = alpha * z - w
    _refuse_mirrored(z, w, rest)
    offset, height_rest, height_error = _heights(points)
    turn = float(np.angle(alpha, deg=True))
    outlier = _outlier(rest, z, tuple(p.name for p in points))
    sigma, shift, scale, rotation = _errors(rest, float(np.sqrt(size)), abs(alpha))
    return LocalGridFit(
        LocalGrid(crs, _pair(middle), _pair(there), turn, abs(alpha), offset),
        tuple(p.name for p in points),
        np.stack([rest.real, rest.imag], axis=1),
        height_rest,
        2 * len(points) - 4,
        sigma,
        shift,
        scale,
        rotation,
        height_error,
        outlier,
        _notes(len(points), abs(alpha), outlier, height_rest),
    )


def _errors(
    rest: NDArray[Any], size: float, scale: float
) -> tuple[float, float, float, float] | tuple[None, None, None, None]:
    """Of one coordinate, the shift, the scale and the rotation in degrees."""
    freedom = 2 * rest.size - 4
    if not freedom:
        return (None, None, None, None)
    sigma = float(np.sqrt(np.sum(np.abs(rest) ** 2) / freedom))
    turn = float(np.degrees(sigma / size / scale))
    return sigma, float(sigma / np.sqrt(rest.size)), sigma / size, turn


def _check(points: Sequence[ControlPoint]) -> None:
    if len(points) < 2:
        raise InputError(
            f"local grid: {len(points)} control point is too few; shift, rotation and "
            "scale need two, and a check of them needs three or more"
        )
    names = [p.name for p in points]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError(
            f"local grid: control point {', '.join(twice)} is given twice; keep one"
        )
    for point in points:
        if (point.local_height is None) != (point.known_height is None):
            raise InputError(
                f"local grid: control point {point.name} has a height in one system "
                "only; give both or neither"
            )
        heights = [h for h in (point.local_height, point.known_height) if h is not None]
        if not np.isfinite([*point.local, *point.known, *heights]).all():
            raise InputError(
                f"local grid: a coordinate of control point {point.name} is no "
                "number; mend it or leave the point out"
            )


def _refuse_mirrored(z: NDArray[Any], w: NDArray[Any], rest: NDArray[Any]) -> None:
    """Refuse columns in the order northing, easting, which no rotation undoes."""
    if z.size < 3:
        return
    size = np.sum(np.abs(z) ** 2)
    other = np.sum(z * w) / size * np.conj(z) - w
    bad, good = np.sum(np.abs(rest) ** 2), np.sum(np.abs(other) ** 2)
    if bad > 1e-6 * np.sum(np.abs(w) ** 2) and bad > MIRRORED**2 * good:
        raise InputError(
            "local grid: the points fit only mirrored, so easting and northing are "
            "swapped in one of the two systems; give easting first in both"
        )


def _heights(
    points: Sequence[ControlPoint],
) -> tuple[float, Array | None, float | None]:
    """Mean offset, residuals (NaN where a point has no height), error of the mean."""
    step = np.array(
        [
            np.nan
            if p.known_height is None or p.local_height is None
            else p.known_height - p.local_height
            for p in points
        ]
    )
    there = step[np.isfinite(step)]
    if not there.size:
        return 0.0, None, None
    offset = float(there.mean())
    error = float(there.std(ddof=1) / np.sqrt(there.size)) if there.size > 1 else None
    return offset, offset - step, error


def _outlier(rest: NDArray[Any], z: NDArray[Any], names: tuple[str, ...]) -> str | None:
    """Name the point without which the others agree far better, or None.

    Without point i the sum of squares falls by |e_i|^2 / (1 - h_i); against what is
    left that is F with 2 and 2 n - 6 degrees. The limit is Bonferroni's over n points.
    Three points cannot tell which of them is wrong. Cook & Weisberg 1982, ch. 2.
    """
    from scipy.stats import f

    n = rest.size
    if n < 4:
        return None
    lever = 1.0 / n + np.abs(z) ** 2 / np.sum(np.abs(z) ** 2)
    square = np.abs(rest) ** 2
    drop = square / np.maximum(1.0 - lever, 1e-12)
    left = np.maximum(square.sum() - drop, 1e-30)
    ratio = (drop / 2.0) / (left / (2 * n - 6))
    worst = int(np.argmax(ratio))
    chance = float(f.sf(ratio[worst], 2, 2 * n - 6)) * n
    seen = np.sqrt(square[worst]) > 1e-6  # m; below it all is rounding
    return names[worst] if seen and chance < SUSPICION else None


def _notes(
    n: int, scale: float, outlier: str | None, heights: Array | None
) -> tuple[str, ...]:
    notes = []
    if n == 2:
        notes.append(
            "two points determine the grid exactly: residuals are 0 by construction "
            "and no error can be told; add a third"
        )
    if n == 3:
        notes.append("three points show an error but not which point has it")
    if outlier is not None:
        notes.append(f"point {outlier} contradicts the others; check it in the field")
    if abs(scale / FOOT - 1.0) < SAME_SCALE:
        notes.append(f"scale {scale:.6f}: the local grid is in feet")
    elif abs(scale - 1.0) > USUAL_SCALE:
        notes.append(
            f"scale {scale:.6f} is more than a projection does; check the local unit"
        )
    if heights is None:
        notes.append("no heights given: heights are left as they are")
    return tuple(notes)


def _points(points: Array) -> Array:
    points = np.asarray(points, dtype=np.float64)
    if points.ndim != 2 or points.shape[1] not in (2, 3):
        raise InputError(
            f"local grid: points of shape {points.shape}; give (n, 2) or (n, 3)"
        )
    return points


def _complex(pairs: Array) -> NDArray[np.complex128]:
    found: NDArray[np.complex128] = pairs[:, 0] + 1j * pairs[:, 1]
    return found


def _pair(values: Array) -> tuple[float, float]:
    return float(values[0]), float(values[1])
