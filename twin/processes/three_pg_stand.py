"""A month of 3-PG on the carbon of a stand that a run keeps by ground area."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..process import Array
from .plant_types import CARBON_FRACTION, KG_M2
from .three_pg import YEAR, Month, Soil, Species, Stand, leaf_area, step

LAI_OF_TONNES = 0.1  # LAI by foliage, t ha-1, times SLA, m2 kg-1
SEEDLINGS = 2e-3  # kg m-2 of carbon above ground; as those of the measure plant


class Trees(NamedTuple):
    """A stand: share of the ground, 1, age, year, carbon, kg m-2 of ground, (n,) each.

    above    what there is; leaves that came out of reserves are not counted twice
    foliage  0 while the trees are bare
    debt     foliage of this spring or the next that growth has to pay back
    """

    share: Array
    age: Array
    above: Array
    below: Array
    foliage: Array
    debt: Array


class Growth(NamedTuple):
    """A month of it, kg m-2 of ground, (n,): what is added, fixed, falls, and is left.

    above + below = fixed - leaf_fall - root_fall; foliage and debt are those after it.
    """

    above: Array
    below: Array
    fixed: Array
    leaf_fall: Array
    root_fall: Array
    foliage: Array
    debt: Array


def in_leaf(month: int, species: Species) -> bool:
    """Whether trees have leaves when a month begins; those of leaf_fall still do."""
    s = species
    return s.leaf_grow == 0 or s.leaf_grow < month <= s.leaf_fall


def begun(trees: Trees, foliage: Array, month: Month, species: Species) -> Trees:
    """A stand of which 3-PG knows no leaves yet gets them, on the trees or as debt."""
    new = (trees.foliage + trees.debt) <= 0.0
    guess = np.where(new, np.minimum(foliage, trees.above), 0.0)
    if in_leaf(month.number, species):
        return trees._replace(foliage=trees.foliage + guess)
    return trees._replace(debt=trees.debt + guess)


def grow(
    trees: Trees, water: Array, month: Month, soil: Soil, species: Species, *,
    stems: float
) -> Growth:  # fmt: skip
    """Grow a stand for a month by ``three_pg.step``.

    water  in the soil when the month begins, mm, (n,)
    stems  trees on a hectare of it

    3-PG restores the leaves of bare trees at once and lets growth pay them back. Here
    they come from the stems: what autumn finds unpaid is gone from these, and trees
    never restore more than they have. Where too little stands to grow, seedlings do.
    """
    s, number = species, month.number
    carbon = CARBON_FRACTION * KG_M2 * trees.share  # of 1 t ha-1 of dry matter
    green = in_leaf(number, s)
    falling = s.leaf_grow > 0 and number == s.leaf_fall
    bare = np.zeros_like(carbon)
    new = np.maximum(SEEDLINGS * trees.share - trees.above, 0.0) if green else bare
    standing = trees.above + new
    foliage = np.minimum(trees.foliage, standing)
    borrowed = trees.debt if green and not falling else bare
    held = (foliage, trees.below, standing - foliage + borrowed, trees.debt)
    leafy, roots, wood, debt = (mass / carbon for mass in held)
    lai = LAI_OF_TONNES * leafy * leaf_area(np.maximum(trees.age - YEAR, 0.0), s)
    count, drink = np.full(carbon.size, stems), np.minimum(water, soil.capacity)
    stand = Stand(leafy, roots, wood, debt, count, trees.age, lai, drink)
    after, made = step(stand, month, soil, s)
    fixed = carbon * made.production
    leaf_fall, root_fall = carbon * made.foliage_fall, carbon * made.root_fall
    below = carbon * after.roots - trees.below
    grown = fixed - (below + root_fall)
    above = np.maximum(grown - leaf_fall, -standing)
    debt = np.minimum(carbon * after.debt, standing + above)
    return Growth(
        new + above, below, new + fixed, leaf_fall, root_fall, carbon * after.foliage,
        debt,
    )  # fmt: skip
