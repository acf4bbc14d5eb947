"""Plant functional types, as the table on disk tells them (``plant_table``)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from types import MappingProxyType

import numpy as np

from ..errors import DeclarationError, unknown_name
from ..process import Array
from .growth import stand_biomass
from .plant_table import (
    Known,
    Parameter,
    read_metals,
    read_parameters,
    read_values,
    rows,
)

CARBON_FRACTION = 0.47  # kg C per kg dry matter; IPCC 2006 vol. 4
KG_M2 = 0.1  # kg m-2 in 1 t ha-1
SITE_FACTOR = 0.6  # of native growth on raw dumps, 0.5 to 0.7; unverified


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantType:
    """A plant functional type on native ground; PARAMETERS says unit and meaning."""

    name: str
    label: str
    label_zh: str
    form: str
    species: str
    asymptote: Known
    rate: Known
    shape: Known
    root_reach: Known
    root_share: Known
    foliage_share: Known
    foliage_young: Known
    recruitment: Known
    dispersal: Known
    foliage_turnover: Known
    wood_turnover: Known
    root_turnover: Known
    leaf_area: Known
    dpm_rpm: Known
    mortality: Known
    senescence: Known
    spread: Known
    ph_least: Known
    ph_low: Known
    ph_high: Known
    ph_most: Known
    metal_tolerance: Known
    foliage_cn: Known
    wood_cn: Known
    root_cn: Known
    nitrogen_fixed: Known


PARAMETERS: Mapping[str, Parameter] = MappingProxyType(read_parameters())
METAL_LIMITS: Mapping[str, Known] = MappingProxyType(read_metals())  # mg kg-1


def _read_types() -> dict[str, PlantType]:
    """Every type of the table; each needs every parameter, no other."""
    told = read_values(PARAMETERS)
    wanted = {f.name for f in fields(PlantType)} - {"name", *_NAMES}
    made = {}
    for where, row in rows("types.csv"):
        name = row["type"]
        known = told.pop(name, {})
        lacking = sorted(wanted - set(known)) or sorted(wanted ^ set(PARAMETERS))
        if lacking:
            raise DeclarationError(
                f"{where}: plant type '{name}' lacks {', '.join(lacking)} in values.csv"
            )
        if row["form"] not in FORMS:
            raise DeclarationError(
                f"{where}: form '{row['form']}' of '{name}'; give {', '.join(FORMS)}"
            )
        about = {key: row[key] for key in _NAMES}
        made[name] = PlantType(name=name, **about, **known)  # type: ignore[arg-type]
    if told:
        raise DeclarationError(
            f"values.csv: {', '.join(told)} are not in types.csv; name them there"
        )
    return made


_NAMES = ("label", "label_zh", "form", "species")
FORMS = ("herb", "shrub", "tree")
PLANT_TYPES: Mapping[str, PlantType] = MappingProxyType(_read_types())
DEFAULT_TYPES: tuple[str, ...] = (  # of the loess country that the twin began with
    "robinia",
    "pine",
    "seabuckthorn",
    "caragana",
    "alfalfa",
    "grass",
    "pioneer",
)


def plant_type(told: str | PlantType) -> PlantType:
    """The type of a name; one that a run has made its own stands for itself."""
    if isinstance(told, PlantType):
        return told
    if told not in PLANT_TYPES:
        raise unknown_name("plant type", told, PLANT_TYPES, "plant_types")
    return PLANT_TYPES[told]


def column(types: Iterable[str | PlantType], key: str) -> Array:
    """One value of every type, in their order, (k,)."""
    return np.array([float(getattr(plant_type(t), key).value) for t in types])


def full_foliage(names: Iterable[str | PlantType]) -> Array:
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


def check_types(
    names: tuple[str | PlantType, ...], stocking: Array, process: str
) -> None:
    """Refuse stocks that hold another number of plant types than the process."""
    if len(names) != stocking.shape[0]:
        own = ", ".join(plant_type(t).name for t in names)
        raise DeclarationError(
            f"{process}: the run holds {stocking.shape[0]} plant types, the process is "
            f"set to {len(names)} ({own}); give both the same plant_types"
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
