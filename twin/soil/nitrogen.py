"""Nitrogen that soil organic matter holds, by its carbon."""

from __future__ import annotations

from collections.abc import Mapping

from ..process import Array

GRAMS = 1000.0  # in a kilogram
CN_HUMUS = 11.0  # C by N of BIO, HUM and IOM; 10 to 12 is usual; unverified
CN_FRESH = 40.0  # C by N of plant remains: litter, DPM and RPM; unverified
CN_DEAD_WOOD = 200.0  # unverified
CARBON_BY_NITROGEN = {
    "soil_carbon_dpm": CN_FRESH,
    "soil_carbon_rpm": CN_FRESH,
    "soil_carbon_bio": CN_HUMUS,
    "soil_carbon_hum": CN_HUMUS,
    "soil_carbon_iom": CN_HUMUS,
}


def organic_nitrogen(carbon: Mapping[str, Array]) -> Array:
    """Nitrogen bound in organic matter, sum of C / (C:N) over the pools, g m-2.

    carbon  pools of RothC by the names of their stocks, kg m-2, any shape

    As a pool decays the nitrogen of what is respired becomes free, less what the humus
    made of it binds: net mineralisation, or immobilisation where remains are poor.
    """
    parts = [
        carbon[name] * (GRAMS / ratio) for name, ratio in CARBON_BY_NITROGEN.items()
    ]
    made: Array = parts[0].copy()
    for part in parts[1:]:
        made += part
    return made
