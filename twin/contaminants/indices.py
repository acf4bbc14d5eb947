"""Indices of soil pollution by metals, each as published."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from ..process import Array

TOXIC_RESPONSE: Mapping[str, float] = MappingProxyType(
    {
        "mercury": 40.0,
        "cadmium": 30.0,
        "arsenic": 10.0,
        "lead": 5.0,
        "copper": 5.0,
        "nickel": 5.0,
        "cobalt": 5.0,
        "chromium": 2.0,
        "zinc": 1.0,
        "manganese": 1.0,
    }
)  # Hakanson 1980; copper, lead, nickel, cobalt, manganese as later authors have them
NEMEROW_LIMITS = (0.7, 1.0, 2.0, 3.0)  # clean, warning, light, moderate, heavy
GEO_LIMITS = (0.0, 1.0, 2.0, 3.0, 4.0, 5.0)  # Mueller's classes 0 to 6
RISK_LIMITS = (150.0, 300.0, 600.0)  # low, moderate, considerable, very high
NATURAL_SCATTER = 1.5  # factor of Igeo for what the rock itself varies


def single_factor(content: Array, limit: Array | float) -> Array:
    """Pollution index of one metal, P = C / S; content and limit in mg kg-1."""
    made: Array = np.asarray(content) / limit
    return made


def nemerow(indices: Array) -> Array:
    """Nemerow's index over metals (k, …), sqrt((max2 + mean2) / 2)."""
    made: Array = np.sqrt(0.5 * (indices.max(axis=0) ** 2 + indices.mean(axis=0) ** 2))
    return made


def geo_accumulation(content: Array, background: Array | float) -> Array:
    """Index of geo-accumulation, log2(C / (1.5 B)). Mueller 1969.

    content, background  mg kg-1, above 0
    """
    made: Array = np.log2(np.asarray(content) / (NATURAL_SCATTER * background))
    return made


def ecological_risk(
    content: Array, background: Array | float, response: Array | float
) -> Array:
    """Potential risk of one metal, E = T C / B. Hakanson 1980.

    Their sum RI has its classes for Hakanson's eight substances; of fewer, say so.
    """
    made: Array = response * np.asarray(content) / background
    return made


def pollution_load(factors: Array) -> Array:
    """Pollution load index over metals (k, …), the geometric mean. Tomlinson 1980."""
    made: Array = np.exp(np.log(factors).mean(axis=0))
    return made


def class_of(values: Array, limits: tuple[float, ...]) -> Array:
    """Number of the class, 0 for up to the first limit, (…)."""
    made: Array = np.searchsorted(limits, values, side="left").astype(np.float64)
    return made
