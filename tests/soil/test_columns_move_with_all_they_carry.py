"""Columns that are cut and filled: geometry, mixing, and books that close."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from twin.soil.column import VOLUME, Column, Load
from twin.soil.constituents import below
from twin.soil.slots import moves

CONTENT = np.array([2e-2, 1e-2, 5e-3])  # kg of humus per kg of soil, by slot
CLAY = np.array([10.0, 20.0, 30.0])


def column(depth: np.ndarray, density: tuple[float, float, float]) -> Column:
    """Columns of a depth (n,), m, with humus and clay of their slot."""
    edges = np.stack([np.minimum(depth, 0.3), np.minimum(depth, 1.0), depth])
    rho = np.array(density)[:, None] * np.ones_like(depth)
    mass = np.diff(edges, axis=0, prepend=0.0) * rho
    values = {
        "soil_mass": mass,
        "bulk_density": rho,
        "soil_carbon_hum": mass * CONTENT[:, None],
        "clay_content": CLAY[:, None] * np.ones_like(depth),
    }
    see = {name: v[0] for name, v in values.items()}
    return Column(see | {below(name): v[1:] for name, v in values.items()})


def soil(thickness: np.ndarray, *, density: float, hum: float, clay: float) -> Load:
    mass = thickness * density
    return {
        "soil_mass": mass,
        VOLUME: thickness,
        "soil_carbon_hum": hum * mass,
        "clay_content": clay * mass,
    }


def after(given: Column, added: dict[str, np.ndarray]) -> Column:
    return Column({name: array + added[name] for name, array in given.see.items()})


def test_a_cover_presses_the_old_topsoil_down_without_mixing_it():
    """0.1 m on 5 m: the topsoil is 0.1 m new and 0.2 m old; 0.1 m old went down.

    Densities are alike, so a third of its humus left the topsoil: by hand
    hum = 0.1 rho 0.05 + 0.2 rho 0.02, clay = (10 x 0.2 + 40 x 0.1) / 0.3 = 20.
    """
    old = column(np.array([5.0]), (1500.0, 1500.0, 1500.0))

    new = after(
        old,
        old.moved(
            np.zeros(1), soil(np.array([0.1]), density=1500.0, hum=0.05, clay=40.0)
        ),
    )

    assert new.see["soil_carbon_hum"][0] == pytest.approx(1500 * (0.005 + 0.004))
    assert new.see["clay_content"][0] == pytest.approx(20.0)
    assert new.thickness[:, 0] == pytest.approx([0.3, 0.7, 4.1])


def test_a_cut_brings_the_subsoil_up():
    """0.5 m off 5 m: the topsoil is then old subsoil, the subsoil 0.2 m of it.

    Subsoil of 0.7 m: 0.2 m cut, 0.3 m become topsoil, 0.2 m stay; 0.5 m of spoil rise.
    """
    old = column(np.array([5.0]), (1300.0, 1500.0, 1700.0))
    cut = np.array([0.5])

    load = old.cut(cut)
    new = after(old, old.moved(cut, {n: np.zeros(1) for n in load}))

    taken = 0.3 * 1300 * 0.02 + 0.2 * 1500 * 0.01
    assert load["soil_carbon_hum"][0] == pytest.approx(taken)
    assert load["clay_content"][0] == pytest.approx(0.3 * 1300 * 10 + 0.2 * 1500 * 20)
    assert new.see["soil_carbon_hum"][0] == pytest.approx(0.3 * 1500 * 0.01)
    assert new.density[:, 0] == pytest.approx(
        [1500.0, (0.2 * 1500 + 0.5 * 1700) / 0.7, 1700.0]
    )
    assert new.thickness[:, 0] == pytest.approx([0.3, 0.7, 3.5])


def test_what_is_dug_and_put_back_makes_a_mixture_of_the_same_whole():
    """The amounts of the whole column are as before, whatever happened in between."""
    old = column(np.array([5.0, 0.2, 0.9]), (1300.0, 1500.0, 1700.0))
    cut = np.array([0.8, 0.1, 0.9])

    new = after(old, old.moved(cut, old.cut(cut)))

    for name in ("soil_mass", "soil_carbon_hum"):
        before = old.see[name] + old.see[below(name)].sum(axis=0)
        now = new.see[name] + new.see[below(name)].sum(axis=0)
        assert now == pytest.approx(before, rel=1e-14)
    assert new.depth == pytest.approx(old.depth)


def test_seeds_by_plant_type_ride_with_the_soil():
    """A constituent with its own axis moves row by row: half the topsoil, half each."""
    old = column(np.array([0.3]), (1500.0, 1500.0, 1500.0))
    seeds = {"seed_bank": np.array([[100.0], [40.0]])}
    given = Column({**old.see, **seeds, "seed_bank_below": np.zeros((2, 2, 1))})

    load = given.cut(np.array([0.15]))

    assert load["seed_bank"] == pytest.approx(np.array([[50.0], [20.0]]))


metres = arrays(np.float64, 6, elements=st.floats(0.0, 40.0))


@settings(max_examples=200)
@given(depth=metres, cut=metres, fill=metres)
def test_books_close_and_nothing_falls_below_zero(depth, cut, fill):
    """Whatever is cut and filled: what all slots gain is the load less the cut."""
    old = column(depth, (1300.0, 1500.0, 1700.0))
    cut = np.minimum(cut, depth)
    load = soil(fill, density=1600.0, hum=0.03, clay=25.0)

    taken = old.cut(cut)
    added = old.moved(cut, load)

    for name in ("soil_mass", "soil_carbon_hum"):
        gained = added[name] + added[below(name)].sum(axis=0)
        moved = np.abs(load[name]) + np.abs(taken[name])
        assert (np.abs(gained - (load[name] - taken[name])) <= 1e-12 * moved).all()
        assert (old.see[name] + added[name] >= 0.0).all()
        assert (old.see[below(name)] + added[below(name)] >= 0.0).all()
    clay = old.see["clay_content"] + added["clay_content"]
    assert (clay >= 10.0 - 1e-12).all()
    assert (clay <= 30.0 + 1e-12).all()


@settings(max_examples=200)
@given(depth=metres, cut=metres, fill=metres)
def test_every_metre_of_a_column_is_somewhere(depth, cut, fill):
    """Shares of a slot that stay, go elsewhere and are cut off sum to one."""
    h = column(depth, (1.0, 1.0, 1.0)).thickness
    cut = np.minimum(cut, depth)

    told = moves(h, cut, fill)

    gone = told.out + told.flows.reshape(3, 2, -1).sum(axis=1)
    assert (gone <= 1.0 + 1e-12).all()
    assert (gone >= 0.0).all()
    assert told.into.sum(axis=0) == pytest.approx((fill > 0.0).astype(float))
    volume = (told.out * h).sum(axis=0)
    assert volume == pytest.approx(np.where(depth > 0.0, cut, 0.0), abs=1e-9)
