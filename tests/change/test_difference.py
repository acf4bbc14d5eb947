"""DEM of difference: signs, refusals, level of detection, variance of an area."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.raster import import_raster
from twin.change.area_error import (
    effective_samples,
    variance_of_median,
    variance_of_sum,
)
from twin.change.coregister import level
from twin.change.correlation import (
    Correlation,
    Exponential,
    Spherical,
    fit_correlation,
)
from twin.change.difference import Precision, difference
from twin.change.parcels import change_by_parcel
from twin.change.stable_ground import stable_ground
from twin.change.variogram import empirical_variogram
from twin.errors import InputError, MissingCRS
from twin.grid import Grid
from twin.surface import Surface

SHAPE = (120, 140)
GRID = Grid("EPSG:32649", "EPSG:5737", 500_000.0, 4_000_000.0, 2.0, SHAPE)


def surface(z: np.ndarray, name: str, **fields: object) -> Surface:
    made = Surface(name, date(2024, 1, 1), "surveyed", {}, GRID, z.astype(np.float32))
    return replace(made, **fields)


def pair(seed: int = 0, noise: float = 0.1, bias: float = 0.0):
    """A slope with a pit of 3 m and a dump of 2 m; both surveys with white noise."""
    rng = np.random.default_rng(seed)
    z = 800.0 + 0.05 * np.arange(SHAPE[1])[None, :] + np.zeros(SHAPE)
    dug = np.zeros(SHAPE)
    dug[20:50, 20:60] = -3.0
    dug[70:100, 80:120] = 2.0
    a = surface(z + rng.normal(0.0, noise, SHAPE), "a")
    b = surface(z + dug + bias + rng.normal(0.0, noise, SHAPE), "b")
    labels = np.zeros(SHAPE, dtype=np.int32)
    labels[10:60, 10:70] = 1
    labels[60:110, 70:130] = 2
    return a, b, labels


@settings(max_examples=15)
@given(seed=st.integers(0, 10_000), holes=st.booleans())
def test_net_change_backwards_is_minus_net_change(seed: int, holes: bool) -> None:
    """Nothing is thresholded or moved: the same numbers with the other sign."""
    a, b, labels = pair(seed)
    if holes:
        gone = np.random.default_rng(seed).random(SHAPE) < 0.1
        a = replace(a, elevation=np.where(gone, np.float32("nan"), a.elevation))
    there, back = (
        change_by_parcel(difference(p, q, stable_ground(p, q)), labels, ["pit", "dump"])
        for p, q in ((a, b), (b, a))
    )

    assert [r.net.value for r in there] == [-r.net.value for r in back]
    assert [r.cut_all for r in there] == [r.fill_all for r in back]


def test_pit_and_dump_have_their_volumes_within_the_stated_error() -> None:
    """30 x 40 cells of 4 m2: 14 400 m3 dug, 9 600 m3 dumped.

    Independent noise of 0.1 sqrt 2 m on 3 000 cells: 31 m3 on the net of a parcel.
    """
    a, b, labels = pair(noise=0.1)

    change = difference(a, b, stable_ground(a, b))
    pit, dump = change_by_parcel(change, labels, ["pit", "dump"])

    assert (pit.area, pit.measured) == (12_000.0, 12_000.0)
    assert pit.net.value == pytest.approx(-14_400.0, abs=3 * 31.0)
    assert dump.net.value == pytest.approx(9_600.0, abs=3 * 31.0)
    assert 0.8 * 31.0 < pit.net.error < 3.0 * 31.0
    expected = 14_400.0 + pit.noise * 1800 / 3000  # 1800 cells did not change
    assert pit.cut.low_95 < expected < pit.cut.high_95
    assert pit.gross.value == pytest.approx(pit.cut.value + pit.fill.value)
    assert pit.significant == pytest.approx(1200 / 3000 + 0.05 * 1800 / 3000, abs=0.015)


def test_noise_on_unchanged_ground_gives_the_stated_gross_amounts() -> None:
    """Gross cut of nothing is s phi(q) a cell beyond detection, s phi(0) of all."""
    a, b, _ = pair(noise=0.1)
    b = replace(b, elevation=pair(1, noise=0.1)[0].elevation)
    everywhere = np.ones(SHAPE, dtype=np.int32)

    change = difference(a, b, stable_ground(a, b))
    row = change_by_parcel(change, everywhere, ["all"])[0]

    s, cells = 0.1 * np.sqrt(2.0), SHAPE[0] * SHAPE[1]
    assert row.noise_all == pytest.approx(s * 0.39894 * cells * 4.0, rel=0.03)
    assert row.cut_all == pytest.approx(row.noise_all, rel=0.03)
    assert row.cut.value == pytest.approx(row.noise, rel=0.15)
    assert row.fill.value == pytest.approx(row.noise, rel=0.15)
    assert row.significant == pytest.approx(0.05, abs=0.01)
    assert row.detection == pytest.approx(1.96 * s, rel=0.03)


def test_a_bias_is_told_as_bias_and_counted_until_it_is_removed() -> None:
    """B is 0.5 m low: 0.5 m on 12 000 m2 is error, or, levelled, gone."""
    a, b, labels = pair(bias=-0.5)
    stable = stable_ground(a, b)

    raw = change_by_parcel(difference(a, b, stable), labels, ["pit", "dump"])[0]
    change = difference(a, b, stable, coregistration=level(a, b, stable))
    levelled = change_by_parcel(change, labels, ["pit", "dump"])[0]

    assert raw.bias == pytest.approx(-0.5, abs=0.01)
    assert not raw.bias_removed
    assert raw.net.error == pytest.approx(6_000.0, rel=0.02)
    assert levelled.bias == pytest.approx(-0.5, abs=0.01)
    assert levelled.bias_removed
    assert levelled.net.value == pytest.approx(-14_400.0, abs=3 * levelled.net.error)
    assert levelled.net.error < 150.0


def test_errors_that_surveys_state_are_held_to_stable_ground() -> None:
    """Half the site is stated at 0.05 m, half at 0.2 m; both are twice as bad."""
    rng = np.random.default_rng(4)
    stated = np.full(SHAPE, 0.05, dtype=np.float32)
    stated[:, 70:] = 0.2
    a = surface(2 * stated * rng.normal(size=SHAPE), "a", error=stated)
    b = surface(2 * stated * rng.normal(size=SHAPE), "b", error=stated)

    change = difference(a, b, stable_ground(a, b, given=np.ones(SHAPE, dtype=bool)))

    assert np.median(change.error[:, :70]) == pytest.approx(0.1 * np.sqrt(2), rel=0.04)
    assert np.median(change.error[:, 70:]) == pytest.approx(0.4 * np.sqrt(2), rel=0.04)
    assert change.calibration[1] == pytest.approx(2.0, rel=0.04)


def test_steep_ground_is_worse_by_the_error_in_plan() -> None:
    """0.5 m in plan on a slope of 1 in 2 is 0.25 m of height."""
    rng = np.random.default_rng(4)
    rise = np.where(np.arange(SHAPE[1]) < 70, 0.0, 0.5 * 2.0)
    z = np.cumsum(rise)[None, :] + np.zeros(SHAPE)
    true = np.where(np.arange(SHAPE[1]) < 70, 0.1, np.hypot(0.1, 0.25))
    a, b = surface(z, "a"), surface(z + true * rng.normal(size=SHAPE), "b")
    precise = Precision(horizontal=0.5, lone=0.1 / np.sqrt(2.0))

    stable = stable_ground(a, b, given=np.ones(SHAPE, dtype=bool))
    change = difference(a, b, stable, precise)

    assert np.median(change.error[:, 10:60]) == pytest.approx(0.1, rel=0.05)
    assert np.median(change.error[:, 80:130]) == pytest.approx(0.2693, rel=0.05)


@pytest.mark.parametrize(
    ("fields", "error", "words"),
    [
        ({"vertical": "unknown"}, MissingCRS, "vertical datum is unknown"),
        ({"crs": ""}, MissingCRS, "no CRS"),
        ({"vertical": "EPSG:5703"}, InputError, "EPSG:5703"),
        ({"crs": "EPSG:32650"}, InputError, "EPSG:32650"),
    ],
)
def test_surfaces_of_other_references_are_refused(
    fields: dict[str, str], error: type[InputError], words: str
) -> None:
    """A datum apart would be sold as cut or fill."""
    a, b, _ = pair()
    stable = stable_ground(a, b)
    b = replace(b, grid=replace(b.grid, **fields))

    with pytest.raises(error, match=words):
        difference(a, b, stable)


def test_parcels_of_another_grid_or_without_ground_are_refused() -> None:
    """The message names the parcel and both surveys."""
    a, b, labels = pair()
    change = difference(a, b, stable_ground(a, b))

    smaller = replace(change.stable, mask=change.stable.mask[1:])
    with pytest.raises(InputError, match="earlier surface first"):
        difference(a, b, smaller)
    with pytest.raises(InputError, match="earlier surface first"):
        level(a, b, smaller)
    with pytest.raises(InputError, match="rasterise them"):
        change_by_parcel(change, labels[1:], ["pit", "dump"])
    with pytest.raises(InputError, match="parcel 'road'"):
        change_by_parcel(change, labels, ["pit", "dump", "road"])
    with pytest.raises(InputError, match="between 0 and 1"):
        Precision(confidence=95.0)


MODELS = [
    Correlation(0.3, (Spherical(0.7, 9.0),)),
    Correlation(0.1, (Exponential(0.4, 3.0), Exponential(0.5, 25.0))),
    Correlation(1.0),
]


@pytest.mark.parametrize("model", MODELS)
def test_variance_of_a_sum_is_that_of_all_pairs_of_cells(model: Correlation) -> None:
    """A ragged area with signed weights: every pair, added up one by one."""
    rng = np.random.default_rng(2)
    weights = rng.normal(size=(14, 11)) * (rng.random((14, 11)) < 0.6)
    r, c = np.nonzero(weights)
    w = weights[r, c]
    apart = 2.0 * np.hypot(r[:, None] - r, c[:, None] - c)
    covariance = model.covariance(apart) * (apart < model.reach) + model.nugget * (
        apart == 0
    )
    if not model.structures:
        covariance = np.eye(w.size)

    found = variance_of_sum(np.pad(weights, 3), 2.0, model)

    assert found == pytest.approx(w @ covariance @ w, rel=2e-3)


def test_variance_of_a_disc_is_that_of_rolstad() -> None:
    """Spherical errors in an area A much wider than the range a: s2 pi a2 / (5 A).

    Rolstad et al. 2009, eq. 8. Within a of the rim cells have fewer partners: about
    0.3 a / radius of them are missing.
    """
    model = Correlation(0.0, (Spherical(0.04, 10.0),))
    y, x = np.mgrid[-150:151, -150:151]
    disc = (np.hypot(y, x) <= 150).astype(float)
    n = disc.sum()

    found = variance_of_sum(disc, 1.0, model) / n**2

    assert found == pytest.approx(0.04 * np.pi * 100.0 / (5.0 * n), rel=0.03)
    assert effective_samples(disc > 0, 1.0, model) == pytest.approx(0.04 / found)


def test_variance_of_the_median_lies_between_its_two_known_ends() -> None:
    """Independent errors: pi/2 of the mean's variance. One shared by all: s2 pi/2 too,

    since arcsin 1 is pi/2, but a weakly shared one that of the mean.
    """
    cells = np.ones((40, 40))
    weak = Correlation(0.9, (Spherical(0.1, 5000.0),))

    alone = variance_of_median(cells, 1.0, Correlation(1.0))
    shared = variance_of_median(cells, 1.0, weak)

    assert alone == pytest.approx(np.pi / 2.0 / 1600.0)
    assert shared == pytest.approx(
        variance_of_sum(cells, 1.0, weak) / 1600**2, rel=0.02
    )


def test_the_variogram_of_white_noise_is_flat_at_its_variance() -> None:
    """gamma = s2 at every lag: all nugget, next to nothing shared."""
    values = np.random.default_rng(8).normal(0.0, 0.3, (300, 300))

    seen = empirical_variogram(values, np.ones(values.shape, dtype=bool), 2.0, seed=1)
    model = fit_correlation(seen)

    np.testing.assert_allclose(seen.gamma, 0.09, rtol=0.08)
    assert model.sill == pytest.approx(0.09, rel=0.03)
    assert model.shared < 0.03 * model.sill


@pytest.mark.parametrize("model", MODELS[:2])
def test_a_model_is_found_again_from_its_own_variogram(model: Correlation) -> None:
    """Without sampling error the variance of an area comes back within 3 %."""
    lag = np.geomspace(1.0, 60.0, 20)
    gamma = model.semivariance(lag)
    seen = empirical_variogram(np.eye(40), np.ones((40, 40), dtype=bool), 1.0)

    found = fit_correlation(
        replace(seen, lag=lag, gamma=gamma, pairs=np.full(20, 1000))
    )

    area = np.ones((30, 20))
    wanted = variance_of_sum(area, 1.0, model)
    assert variance_of_sum(area, 1.0, found) == pytest.approx(wanted, rel=0.03)


@pytest.mark.shared
def test_a_raster_without_crs_is_refused_until_one_is_stated(shared: Path) -> None:
    """Canopy heights of 2012 and 2014 carry no CRS tag: mean 27.1 m and 25.7 m."""
    folder = shared / "data/dem/forestgap"
    paths = [folder / f"ALS_CHM_CAU_{year}.tif" for year in (2012, 2014)]
    with pytest.raises(MissingCRS, match="no CRS in the file"):
        import_raster(paths[0])

    rasters = [import_raster(p, crs="EPSG:31980") for p in paths]
    made = [
        Surface(p.stem, date(2012, 1, 1), "surveyed", {}, r.grid, r.array)
        for p, r in zip(paths, rasters, strict=True)
    ]

    assert [round(float(np.nanmean(r.array)), 1) for r in rasters] == [27.1, 25.7]
    with pytest.raises(MissingCRS, match="vertical datum is unknown"):
        stable_ground(*made)
