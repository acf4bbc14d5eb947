"""The account as an inventory keeps it: default gains, Tier 1 soil, combined errors."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .factors import factor


def biomass_gain(
    growth: float, roots: float, *, area: float, years: float = 1.0
) -> float:
    """Carbon gained by growth, t: A G (1 + R) CF. IPCC 2006 vol. 4 eq. 2.9, 2.10.

    growth  above ground, t dry matter ha-1 year-1
    roots   below- over above-ground biomass, 1
    area    ha
    """
    return area * growth * (1.0 + roots) * factor("carbon_fraction") * years


def soil_change(
    reference: float, before: float, *, factors: Sequence[float], years: float = 20.0
) -> float:
    """Change of soil carbon, t ha-1 year-1, Tier 1. IPCC 2006 vol. 4 eq. 2.25.

    reference  stock under native plants, t ha-1
    before     stock before the change, t ha-1
    factors    of land use, management and input
    years      until the new stock is reached
    """
    return (reference * float(np.prod(factors)) - before) / years


def product_error(errors: Sequence[float]) -> float:
    """Relative error of a product, sqrt(sum U2). IPCC 2006 vol. 1 eq. 3.1."""
    return float(np.linalg.norm(errors))


def sum_error(values: Sequence[float], errors: Sequence[float]) -> float:
    """Relative error of a sum, sqrt(sum (U x)2) / |sum x|. IPCC 2006 vol. 1 eq. 3.2."""
    parts = np.asarray(values) * np.asarray(errors)
    return float(np.linalg.norm(parts) / abs(np.sum(values)))
