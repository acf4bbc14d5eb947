"""Plant functional types: every value with its source, and whether that was read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from ..errors import DeclarationError, unknown_name
from ..process import Array
from .growth import stand_biomass

CARBON_FRACTION = 0.47  # kg C per kg dry matter; IPCC 2006 vol. 4
KG_M2 = 0.1  # kg m-2 in 1 t ha-1
SITE_FACTOR = 0.6  # of native growth on raw dumps, 0.5 to 0.7; unverified

MEMORY = "order of magnitude, unverified"
LIBCBM = "libcbm 2.10.2 defaults, weighted over parts by order of magnitude"
ROTHC = "RothC description: improved grass 1.44, scrub 0.67, woodland 0.25"


@dataclass(frozen=True, slots=True)
class Known:
    """A value, where it comes from, and whether that source was read."""

    value: float
    source: str = MEMORY
    verified: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantType:
    """A plant functional type on native ground.

    asymptote           biomass with roots of a full old stand    t ha-1 dry matter
    rate                growth rate k of Chapman-Richards         year-1
    shape               exponent p of Chapman-Richards            1
    root_share          roots in the whole biomass                1
    foliage_share       foliage in a full old stand above ground  1
    foliage_young       foliage in seedlings above ground         1
    recruitment         free ground taken where seeds abound      year-1
    dispersal           distance that seeds or suckers reach      m
    foliage_turnover    foliage shed                              year-1
    wood_turnover       stem and branches shed                    year-1
    root_turnover       roots shed                                year-1
    leaf_area           leaf area by foliage carbon               m2 kg-1
    dpm_rpm             decomposable by resistant litter          1
    mortality           share of the stand that dies, once old    year-1
    senescence          effective age at which mortality begins   year
    spread              free ground taken without planting        year-1
    root_reach          coefficient b of root depth, 1 - b^(cm)   1
    """

    name: str
    label: str
    label_zh: str
    species: str
    asymptote: Known
    rate: Known
    shape: Known
    root_reach: Known
    root_share: Known
    foliage_share: Known
    foliage_turnover: Known
    wood_turnover: Known
    root_turnover: Known
    leaf_area: Known
    dpm_rpm: Known
    mortality: Known = Known(0.0, "net stand curve: thinning is in its biomass")
    senescence: Known = Known(200.0)
    spread: Known = Known(0.0, "only planted or sown")
    foliage_young: Known = Known(0.45)
    recruitment: Known = Known(0.03)
    dispersal: Known = Known(10.0)


_SWARD = "shoots 3 to 6 t/ha, roots 1 to 2.8 times that, on dumps; unverified"
_SHRUBLAND = (
    "R:S of shrubland 2.8 (IPCC 2006 table 6.1), of planted shrubs less; unverified"
)
_JACKSON = "Jackson et al. 1996, Oecologia 108:389"
_GRASS_ROOTS = Known(0.952, f"{_JACKSON}, grasses (abstract)", verified=True)
_PINE_ROOTS = Known(0.976, f"{_JACKSON}, temperate conifers (abstract)", verified=True)
_TREE_ROOTS = Known(0.970, f"{_JACKSON}, trees; unverified")
_SHRUB_ROOTS = Known(0.978, f"{_JACKSON}, shrubs; unverified")
_WEIBEI = "fits Weibei plots 115.7, 131.9, 134.4 t/ha (Cheng 2014, abstract)"
_XISHAN = "fits Beijing Xishan 67.9 (33 yr), 85.5 (44 yr) (1997, abstract)"
_WOODLAND = Known(0.25, ROTHC, verified=True)
_SCRUB = Known(0.67, ROTHC, verified=True)

_TYPES = (
    PlantType(
        name="robinia",
        label="Black locust",
        label_zh="刺槐",
        species="Robinia pseudoacacia",
        asymptote=Known(150.0, _WEIBEI),
        rate=Known(0.07, _WEIBEI),
        shape=Known(1.6, _WEIBEI),
        root_reach=_TREE_ROOTS,
        root_share=Known(0.207, "R 0.261, China national factors; unverified"),
        foliage_share=Known(0.04),
        foliage_turnover=Known(0.95, "libcbm 2.10.2, deciduous foliage", verified=True),
        wood_turnover=Known(0.012, LIBCBM),
        root_turnover=Known(0.12, LIBCBM),
        leaf_area=Known(32.0),
        dpm_rpm=_WOODLAND,
    ),
    PlantType(
        name="pine",
        label="Chinese pine",
        label_zh="油松",
        species="Pinus tabuliformis",
        asymptote=Known(110.0, _XISHAN),
        rate=Known(0.045, _XISHAN),
        shape=Known(1.9, _XISHAN),
        recruitment=Known(0.01),
        dispersal=Known(30.0),
        root_reach=_PINE_ROOTS,
        root_share=Known(0.2006, "R 0.251, China national factors; unverified"),
        foliage_share=Known(0.10),
        foliage_turnover=Known(0.15, "libcbm 2.10.2, conifer, upper", verified=True),
        wood_turnover=Known(0.010, LIBCBM),
        root_turnover=Known(0.12, LIBCBM),
        leaf_area=Known(12.0),
        dpm_rpm=_WOODLAND,
    ),
    PlantType(
        name="seabuckthorn",
        label="Sea buckthorn",
        label_zh="沙棘",
        species="Hippophae rhamnoides",
        asymptote=Known(25.0),
        rate=Known(0.25),
        shape=Known(1.8),
        recruitment=Known(0.08),
        dispersal=Known(10.0),
        root_reach=_SHRUB_ROOTS,
        root_share=Known(0.60, _SHRUBLAND),
        foliage_share=Known(0.15),
        foliage_turnover=Known(0.95),
        wood_turnover=Known(0.03),
        root_turnover=Known(0.30),
        leaf_area=Known(26.0),
        dpm_rpm=_SCRUB,
        mortality=Known(0.03),
        senescence=Known(12.0),
    ),
    PlantType(
        name="caragana",
        label="Caragana",
        label_zh="柠条",
        species="Caragana korshinskii, C. intermedia",
        asymptote=Known(14.0),
        rate=Known(0.15),
        shape=Known(1.6),
        root_reach=_SHRUB_ROOTS,
        root_share=Known(0.60, _SHRUBLAND),
        foliage_share=Known(0.25),
        foliage_turnover=Known(0.95),
        wood_turnover=Known(0.03),
        root_turnover=Known(0.30),
        leaf_area=Known(26.0),
        dpm_rpm=_SCRUB,
    ),
    PlantType(
        name="alfalfa",
        label="Alfalfa",
        label_zh="紫花苜蓿",
        species="Medicago sativa",
        asymptote=Known(21.8, _SWARD),
        rate=Known(0.9),
        shape=Known(1.5),
        recruitment=Known(0.05),
        dispersal=Known(5.0),
        root_reach=_GRASS_ROOTS,
        root_share=Known(0.655, _SWARD),
        foliage_share=Known(1.0, "all of the shoot dies back"),
        foliage_turnover=Known(1.0),
        wood_turnover=Known(0.0, "no wood"),
        root_turnover=Known(0.40),
        leaf_area=Known(30.0),
        dpm_rpm=Known(1.44, ROTHC, verified=True),
        mortality=Known(0.15),
        senescence=Known(6.0),
    ),
    PlantType(
        name="grass",
        label="Mixed grass",
        label_zh="混播牧草",
        species="Agropyron, Elymus, Bromus",
        asymptote=Known(19.0, _SWARD),
        rate=Known(0.6),
        shape=Known(1.5),
        recruitment=Known(0.25),
        dispersal=Known(20.0),
        root_reach=_GRASS_ROOTS,
        root_share=Known(0.70, _SWARD),
        foliage_share=Known(1.0, "all of the shoot dies back"),
        foliage_turnover=Known(1.0),
        wood_turnover=Known(0.0, "no wood"),
        root_turnover=Known(0.45),
        leaf_area=Known(26.0),
        dpm_rpm=_SCRUB,
    ),
    PlantType(
        name="pioneer",
        label="Natural recovery",
        label_zh="自然恢复植被",
        species="Artemisia, Setaria, Stipa and what comes after them",
        asymptote=Known(8.0),
        rate=Known(0.15),
        shape=Known(1.5),
        recruitment=Known(0.25),
        dispersal=Known(30.0),
        root_reach=_GRASS_ROOTS,
        root_share=Known(0.60),
        foliage_share=Known(0.9),
        foliage_turnover=Known(1.0),
        wood_turnover=Known(0.05),
        root_turnover=Known(0.40),
        leaf_area=Known(24.0),
        dpm_rpm=_SCRUB,
        spread=Known(0.02, "natural recovery takes 100 years and more; unverified"),
    ),
)

PLANT_TYPES: Mapping[str, PlantType] = MappingProxyType({t.name: t for t in _TYPES})
DEFAULT_TYPES: tuple[str, ...] = tuple(PLANT_TYPES)


def column(names: Iterable[str], key: str) -> Array:
    """One value of every type, in the order of the names, (k,)."""
    found = []
    for name in names:
        if name not in PLANT_TYPES:
            raise unknown_name("plant type", name, PLANT_TYPES, "plant_types")
        found.append(float(getattr(PLANT_TYPES[name], key).value))
    return np.array(found)


def full_foliage(names: Iterable[str]) -> Array:
    """Foliage of a full stand of each type, kg m-2 of carbon, (k,); inf for herbs.

    F = F_full (1 - exp(-s W / F_full)) of a stand with W above ground: seedlings are
    foliage by the share s, a closed canopy adds wood only. Herbs are all foliage.
    Foliage is that of a full stand on raw ground: canopies close on poor sites too.
    """
    types = tuple(names)
    share, roots = column(types, "foliage_share"), column(types, "root_share")
    size = column(types, "asymptote") * CARBON_FRACTION * KG_M2 * SITE_FACTOR
    made: Array = np.where(share < 1.0, share * (1.0 - roots) * size, np.inf)
    return made


def check_types(names: tuple[str, ...], stocking: Array, process: str) -> None:
    """Refuse stocks that hold another number of plant types than the process."""
    if len(names) != stocking.shape[0]:
        raise DeclarationError(
            f"{process}: the run holds {stocking.shape[0]} plant types, the process is "
            f"set to {len(names)} ({', '.join(names)}); give both the same plant_types"
        )


def standing_carbon(
    plant: PlantType, age: Array, share: Array, *, site_factor: float = SITE_FACTOR
) -> tuple[Array, Array]:
    """Carbon above and below ground of a stand on its growth curve.

    age          effective age, year, (n,)
    share        stocking, 1, (n,)
    site_factor  growth of the site relative to native ground, 1
    →            kg m-2 of carbon above ground, below ground, (n,) each
    """
    full = stand_biomass(
        age,
        asymptote=plant.asymptote.value,
        rate=plant.rate.value,
        shape=plant.shape.value,
    )
    carbon = CARBON_FRACTION * KG_M2 * site_factor * share * full
    below = plant.root_share.value * carbon
    return carbon - below, below
