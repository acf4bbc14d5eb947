"""Spectral indices: formula, bands and source of each, in one register.

Bands are surface reflectances, 0 to 1: blue, green, red, edge (first red edge), nir,
swir1, swir2. Where a denominator is 0 the index is NaN.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from ..errors import InputError, unknown_name
from ..process import Array

SOIL_LINE = 0.5  # L of SAVI


@dataclass(frozen=True, slots=True)
class Index:
    """One index: how it is computed, what it says, and where it comes from."""

    name: str
    label: str
    label_zh: str
    source: str
    formula: Callable[..., Array]

    @property
    def bands(self) -> tuple[str, ...]:
        """Bands that it needs."""
        return tuple(inspect.signature(self.formula).parameters)

    def __call__(self, bands: Mapping[str, Array]) -> Array:
        """Compute it from reflectances of one shape."""
        lacking = [b for b in self.bands if b not in bands]
        if lacking:
            raise InputError(
                f"{self.name}: needs {', '.join(self.bands)}; without "
                f"{', '.join(lacking)} it cannot be computed"
            )
        with np.errstate(divide="ignore", invalid="ignore"):
            made = np.asarray(self.formula(*(bands[b] for b in self.bands)))
        found: Array = np.where(np.isfinite(made), made, np.nan)
        return found


def normalised(a: Array, b: Array) -> Array:
    """(a - b) / (a + b)."""
    made: Array = (a - b) / (a + b)
    return made


def _savi(nir: Array, red: Array) -> Array:
    return (1.0 + SOIL_LINE) * (nir - red) / (nir + red + SOIL_LINE)


def _msavi(nir: Array, red: Array) -> Array:
    twice = 2.0 * nir + 1.0
    made: Array = 0.5 * (twice - np.sqrt(twice**2 - 8.0 * (nir - red)))
    return made


def _knd(nir: Array, red: Array) -> Array:
    made: Array = np.tanh(normalised(nir, red) ** 2)
    return made


def _built(swir1: Array, nir: Array, red: Array, green: Array) -> Array:
    """IBI of Xu 2008 from NDBI, SAVI and MNDWI."""
    built, other = normalised(swir1, nir), _savi(nir, red) + normalised(green, swir1)
    return (built - 0.5 * other) / (built + 0.5 * other)


def _bare(swir1: Array, red: Array, nir: Array, blue: Array) -> Array:
    return normalised(swir1 + red, nir + blue)


_TUCKER = "Tucker 1979"
_INDICES = (
    Index("NDVI", "Greenness", "归一化植被指数", _TUCKER,
          lambda nir, red: normalised(nir, red)),
    Index("EVI", "Enhanced greenness", "增强型植被指数", "Huete et al. 2002",
          lambda nir, red, blue: 2.5 * (nir - red) / (nir + 6 * red - 7.5 * blue + 1)),
    Index("EVI2", "Enhanced greenness of two bands", "双波段增强植被指数",
          "Jiang et al. 2008",
          lambda nir, red: 2.5 * (nir - red) / (nir + 2.4 * red + 1.0)),
    Index("SAVI", "Greenness over soil", "土壤调节植被指数", "Huete 1988", _savi),
    Index("MSAVI", "Greenness over soil, modified", "修正土壤调节植被指数",
          "Qi et al. 1994", _msavi),
    Index("OSAVI", "Greenness over soil, optimised", "优化土壤调节植被指数",
          "Rondeaux et al. 1996", lambda nir, red: (nir - red) / (nir + red + 0.16)),
    Index("kNDVI", "Kernel greenness", "核归一化植被指数",
          "Camps-Valls et al. 2021", _knd),
    Index("NDWI", "Open water", "归一化水体指数", "McFeeters 1996",
          lambda green, nir: normalised(green, nir)),
    Index("MNDWI", "Open water, modified", "改进归一化水体指数", "Xu 2006",
          lambda green, swir1: normalised(green, swir1)),
    Index("NDMI", "Moisture of plants", "归一化水分指数", "Gao 1996",
          lambda nir, swir1: normalised(nir, swir1)),
    Index("NDBI", "Built and bare ground", "归一化建筑指数", "Zha et al. 2003",
          lambda swir1, nir: normalised(swir1, nir)),
    Index("BI", "Bare soil", "裸土指数", "Rikimaru et al. 2002", _bare),
    Index("IBI", "Built ground", "建筑指数", "Xu 2008", _built),
    Index("NBR", "Burnt ground", "归一化燃烧指数", "Key & Benson 2006",
          lambda nir, swir2: normalised(nir, swir2)),
    Index("GNDVI", "Greenness by green light", "绿光归一化植被指数",
          "Gitelson et al. 1996", lambda nir, green: normalised(nir, green)),
    Index("CIRE", "Chlorophyll by the red edge", "红边叶绿素指数",
          "Gitelson et al. 2003", lambda nir, edge: nir / edge - 1.0),
    Index("DBSI", "Dry bare soil", "干裸土指数", "Rasul et al. 2018",
          lambda swir1, green, nir, red: normalised(swir1, green)
          - normalised(nir, red)),
    Index("NDSI", "Snow", "归一化积雪指数", "Hall et al. 1995",
          lambda green, swir1: normalised(green, swir1)),
    Index("BaI", "Bareness", "裸露度指数", "Lin et al. 2005",
          lambda red, swir1, nir: red + swir1 - nir),
    Index("VARI", "Greenness of visible light", "可见光植被指数",
          "Gitelson et al. 2002", lambda green, red, blue: (green - red)
          / (green + red - blue)),
    Index("SI", "Shadow", "阴影指数", "Rikimaru et al. 2002",
          lambda blue, green, red: np.cbrt((1 - blue) * (1 - green) * (1 - red))),
)  # fmt: skip

INDICES: Mapping[str, Index] = MappingProxyType({i.name: i for i in _INDICES})


def index(name: str) -> Index:
    """Return an index by name; UnknownName with the nearest otherwise."""
    if name not in INDICES:
        raise unknown_name("index", name, INDICES, "spectral indices")
    return INDICES[name]
