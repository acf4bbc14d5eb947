"""Streams: their order, balance with uplift for any exponent, and books that close."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.landform.stream_power import Network, Spacing, StreamLaw, stream_step
from twin.terrain.catchments import Catchments
from twin.terrain.depressions import fill_depressions
from twin.terrain.routing import d8_receivers, flow_order


def chain(area: np.ndarray, step: float, cell_area: float = 1.0) -> Network:
    """Cells in a row, the outlet first."""
    order = np.arange(area.size, dtype=np.int64)
    paths = Catchments.of(np.maximum(order - 1, 0), order)
    return Network(paths, np.full(area.size, step), area, cell_area)


def ground(z: np.ndarray, **more: float | np.ndarray) -> dict[str, np.ndarray]:
    """Rock of K 1e-3 without soil, unless told otherwise."""
    names = {
        "soil": 0.0, "density": 1.0, "rock_density": 1.0, "k_soil": 0.0,
        "k_rock": 1e-3, "uplift": 0.0,
    }  # fmt: skip
    return {"z": z, **{k: np.full(z.size, v) for k, v in (names | more).items()}}


def raised(given: dict[str, np.ndarray], network: Network, law: StreamLaw,
           years: float) -> np.ndarray:  # fmt: skip
    change = stream_step(given, network, law, years).rise + given["uplift"]
    change[network.paths.last] = 0.0
    return given["z"] + change


def test_incision_is_of_first_order():
    """With n = 1 and K A^m = c a form travels upstream: z(x, t) = f(x - c t) + U t.

    The ground is a plane with a smooth bump that nowhere turns the flow back. Cell and
    step shrink together, from where the bump (40 m) spans 160 cells; declared order 1.
    """

    def form(x: np.ndarray) -> np.ndarray:
        bump = np.where((x > 20.0) & (x < 60.0), np.sin(np.pi * (x - 20.0) / 40.0), 0.0)
        return x + bump**4

    sizes, errors = [], []
    for cells in (401, 801, 1601, 3201):
        x = np.linspace(0.0, 100.0, cells)
        network = chain(np.ones(cells), float(x[1]))
        z, years = form(x), 30.0 / (cells - 1)
        for _ in range(cells - 1):
            given = ground(z, k_rock=1.0, uplift=years)
            z = raised(given, network, StreamLaw(), years)
        wanted = form(x - 30.0) + 30.0
        inside = (x > 35.0) & (x < 95.0)
        sizes.append(float(x[1]))
        errors.append(float(np.abs(z - wanted)[inside].max()))

    fitted = np.polyfit(np.log(sizes), np.log(errors), 1)[0]
    assert fitted >= 0.8


@pytest.mark.parametrize("n", [0.7, 1.0, 1.6, 2.0])
def test_slope_and_area_balance_uplift_whatever_the_exponent(n: float):
    """Steady: S = (U / (K A^m))^(1/n) in every cell."""
    area = np.arange(60.0, 0.0, -1.0) * 100.0
    network, law = chain(area, 10.0), StreamLaw(0.5, n)
    z = np.linspace(0.0, 6.0, 60)
    for _ in range(400):
        z = raised(ground(z, uplift=2.0), network, law, 2000.0)

    wanted = (1e-3 / (1e-3 * area[1:] ** 0.5)) ** (1.0 / n)
    np.testing.assert_allclose(np.diff(z) / 10.0, wanted, rtol=1e-6)


def test_deposition_steepens_the_stream_by_one_plus_g():
    """Davy & Lague, Yuan et al. 2019: steady S = (U (1 + G) / (K A^m))^(1/n).

    Soil and rock alike, so that it does not matter which of them is cut.
    """
    area, g = np.arange(40.0, 0.0, -1.0) * 100.0, 0.8
    network, law = chain(area, 10.0, 100.0), StreamLaw(deposition=g, cover=0.5)
    given = ground(np.zeros(40), k_soil=1e-3, uplift=0.01)
    z, soil = given["z"], given["soil"]
    for _ in range(6000):
        made = stream_step({**given, "z": z, "soil": soil}, network, law, 100.0)
        rise = made.rise + given["uplift"]
        rise[0] = 0.0
        z, soil = z + rise, soil + made.laid - made.soil

    wanted = 1e-4 * (1.0 + g) / (1e-3 * area[1:] ** 0.5)
    np.testing.assert_allclose(np.diff(z) / 10.0, wanted, rtol=2e-3)


@settings(max_examples=25)
@given(
    seed=st.integers(0, 10_000),
    n=st.sampled_from([0.8, 1.0, 1.5]),
    deposition=st.floats(0.0, 8.0),
    strength=st.floats(1e-6, 1.0),
)
def test_what_is_cut_is_laid_down_or_arrives(
    seed: int, n: float, deposition: float, strength: float
):
    """Mass closes to 1e-9 even where rounds end before they agree."""
    rng = np.random.default_rng(seed)
    z = rng.normal(0.0, 3.0, (14, 16))
    receivers = d8_receivers(fill_depressions(z), 5.0)
    place = np.arange(z.size, dtype=np.int64)
    network = Network.of(
        receivers.ravel(), flow_order(receivers), place, Spacing(16, 5.0)
    )
    given = ground(z.ravel(), k_soil=strength, k_rock=0.1 * strength)
    given |= {
        "soil": rng.choice([0.0, 0.02, 2.0], z.size),
        "density": rng.uniform(1200.0, 1700.0, z.size),
        "rock_density": np.full(z.size, 2600.0),
    }

    made = stream_step(given, network, StreamLaw(0.5, n, deposition, 0.1), 1.0)

    cut = given["density"] * made.soil + given["rock_density"] * made.rock
    laid = (given["density"] * made.laid).sum()
    assert abs(cut.sum() - laid - made.arrived.sum()) <= 1e-9 * max(cut.sum(), 1e-300)
    assert min(made.soil.min(), made.rock.min(), made.laid.min()) >= 0.0
    assert (made.soil <= given["soil"]).all()


def test_streams_never_cut_below_where_they_flow_to():
    """Whatever the strength, the implicit step leaves no cell below its receiver."""
    area = np.full(30, 1e6)
    network = chain(area, 5.0)
    z = np.concatenate([[0.0], np.random.default_rng(5).uniform(0.0, 9.0, 29)])

    after = raised(ground(np.sort(z), k_rock=10.0), network, StreamLaw(), 1000.0)

    assert (np.diff(after) >= 0.0).all()


def test_area_and_distance_follow_the_flow():
    """A 3 x 3 ground that falls to its north-western corner; counted by hand."""
    receivers = np.array([0, 0, 1, 0, 0, 1, 3, 4, 4])
    order = flow_order(receivers.reshape(3, 3))
    place = np.arange(9, dtype=np.int64)

    network = Network.of(receivers, order, place, Spacing(3, 2.0))

    np.testing.assert_array_equal(
        network.area, 4.0 * np.array([9, 3, 1, 2, 3, 1, 1, 1, 1])
    )
    far = 2.0 * np.sqrt(2.0)
    np.testing.assert_allclose(
        network.distance, [2.0, 2.0, 2.0, 2.0, far, far, 2.0, 2.0, far]
    )
