"""Vocabulary of what only an alternative process keeps: no other run holds these."""

from __future__ import annotations

from ..var import Var


def _dead(name: str, label: str, label_zh: str) -> Var:
    return Var(
        name=name, unit="kg m-2", kind="stock", label=label, label_zh=label_zh,
        source="CBM-CFS3, Kurz et al. 2009", low=0.0, budget="carbon", factor=1.0,
        shown="t ha-1", scale=10.0, colours="lajolla",
    )  # fmt: skip


def _leaves(name: str, label: str, label_zh: str) -> Var:
    return Var(
        name=name, unit="1", kind="stock", axes=("pft",), label=label,
        label_zh=label_zh, source="3-PG, Forrester & Tang 2016", low=0.0,
        colours="bamako",
    )  # fmt: skip


SNAGS = ("stem_snag_carbon", "branch_snag_carbon")
FALLEN_BRANCH, FOREST_FLOOR = "fallen_branch_carbon", "forest_floor_carbon"
DEAD_WOOD = (*SNAGS, FALLEN_BRANCH)  # beside dead_wood_carbon
DEAD = (*DEAD_WOOD, FOREST_FLOOR)
FOLIAGE = ("foliage_ratio", "foliage_debt_ratio")
ALTERNATIVE_STOCKS = (*DEAD, *FOLIAGE)

VARS = (
    _dead("stem_snag_carbon", "Standing dead stem carbon", "枯立木树干碳"),
    _dead("branch_snag_carbon", "Standing dead branch carbon", "枯立木枝条碳"),
    _dead(FALLEN_BRANCH, "Fallen branch carbon", "枯落枝条碳"),
    _dead(FOREST_FLOOR, "Slow forest floor carbon", "森林地表慢分解碳"),
    _leaves(
        "foliage_ratio",
        "Foliage over biomass above ground, with leaves not yet paid back",
        "叶量与地上生物量之比",
    ),
    _leaves(
        "foliage_debt_ratio",
        "Foliage that is to be paid back, over biomass above ground",
        "待偿叶量与地上生物量之比",
    ),
)
