"""Acid-base account of spoil, and the pH of an acid water that is limed."""

from __future__ import annotations

import numpy as np

from ..process import Array

SULFURIC_PER_PERCENT = 30.625  # kg H2SO4 t-1 from 1 % of pyrite sulfur
CALCITE_PER_PERCENT = 31.25  # kg CaCO3 t-1 that neutralise it
CALCITE_PER_SULFURIC = CALCITE_PER_PERCENT / SULFURIC_PER_PERCENT
WATER_ION = 1e-14  # of water at 25 degC
BISULFATE = 10.0**-1.988  # HSO4- = H+ + SO4--, 25 degC; as in phreeqc.dat
GYPSUM_PAIR = 10.0**2.3  # Ca++ + SO4-- = CaSO4, 25 degC; as in phreeqc.dat
DAVIES_A = 0.509  # 25 degC
HALVINGS = 60  # of the interval of pH
ROUNDS = 12  # of ionic strength and pairing


def acid_account(sulfide: Array, capacity: Array) -> dict[str, Array]:
    """Static acid-base account.

    sulfide   pyrite sulfur, percent
    capacity  acid neutralising capacity ANC, kg H2SO4 t-1
    →         mpa, napp in kg H2SO4 t-1 (AMIRA); ap, np, nnp in kg CaCO3 t-1 (Sobek);
              ratio ANC / MPA = NP / AP, 1; inf without sulfide

    Sobek et al. 1978; AMIRA 2002. Says what may happen, not when.
    """
    mpa = SULFURIC_PER_PERCENT * sulfide
    ap, potential = CALCITE_PER_PERCENT * sulfide, CALCITE_PER_SULFURIC * capacity
    none = np.full_like(mpa, np.inf)
    ratio = np.divide(capacity, mpa, out=none, where=mpa > 0.0)
    return {
        "mpa": mpa,
        "napp": mpa - capacity,
        "ratio": ratio,
        "ap": ap,
        "np": potential,
        "nnp": potential - ap,
    }


def lime_demand(net_acid: Array, mass: Array | float, *, safety: float = 1.25) -> Array:
    """Lime that a layer needs, t CaCO3 ha-1; 0 where it neutralises itself.

    net_acid  AP x share that will oxidise - NP, kg CaCO3 t-1
    mass      of the layer, t ha-1
    safety    over the reaction's own demand, 1; 1.25 is a rule of the field, unverified
    """
    made: Array = safety * np.maximum(net_acid, 0.0) * mass / 1000.0
    return made


def limed_water_ph(acid: Array, lime: Array) -> Array:
    """Acidity of sulfuric acid water with slaked lime, 25 degC, without air.

    acid, lime  H2SO4 and Ca(OH)2, mol kg-1
    →           pH, where charges balance

    Davies' activities, HSO4- and the pair CaSO4 with the constants of phreeqc.dat;
    gypsum does not fall out, so below about 15 mmol kg-1 of calcium only.
    """
    made = [
        _balanced(float(a), float(b))
        for a, b in zip(np.atleast_1d(acid), np.atleast_1d(lime), strict=True)
    ]
    return np.array(made)


def _balanced(acid: float, lime: float) -> float:
    """Solve one water: activities are renewed around a bisection of the charges."""
    strength, paired, ph = 3.0 * acid + 3.0 * lime, 0.0, 7.0
    for _ in range(ROUNDS):
        one = _activity(strength)
        two = one**4
        low, high = 0.0, 14.0
        for _ in range(HALVINGS):
            ph = 0.5 * (low + high)
            hydrogen = 10.0**-ph / one
            sulfate, bisulfate = _sulfates(acid - paired, hydrogen, one, two)
            hydroxide = WATER_ION / (hydrogen * one * one)
            charge = hydrogen + 2.0 * (lime - paired)
            charge -= hydroxide + bisulfate + 2.0 * sulfate
            low, high = (low, ph) if charge < 0.0 else (ph, high)
        free = max(lime - paired, 0.0)
        paired = min(GYPSUM_PAIR * two * two * free * sulfate, lime, acid)
        ions = hydrogen + hydroxide + bisulfate + 4.0 * (sulfate + free)
        strength = 0.5 * ions
    return ph


def _activity(strength: float) -> float:
    """Davies' coefficient of a single charge."""
    root = np.sqrt(strength)
    return float(10.0 ** (-DAVIES_A * (root / (1.0 + root) - 0.3 * strength)))


def _sulfates(
    total: float, hydrogen: float, one: float, two: float
) -> tuple[float, float]:
    """SO4-- and HSO4-, mol kg-1."""
    ratio = hydrogen * two / BISULFATE  # HSO4- / SO4--, activity of one cancels
    sulfate = total / (1.0 + ratio)
    return sulfate, total - sulfate
