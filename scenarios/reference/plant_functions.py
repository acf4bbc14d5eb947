"""Functions of plants and weather that reference cases may name."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from twin.grid import Grid
from twin.processes import solar
from twin.processes.growth import growth_rate, stand_biomass
from twin.processes.growth_limits import metal_response, ph_response
from twin.processes.pet_fao56 import (
    ALBEDO,
    PSYCHROMETRIC,
    air_pressure,
    net_longwave,
    penman_monteith,
    saturation_pressure,
)
from twin.processes.pet_hamon import hamon
from twin.processes.pet_hargreaves import hargreaves
from twin.processes.pet_oudin import oudin
from twin.processes.pet_priestley_taylor import priestley_taylor
from twin.processes.seed_dispersal import recruits, seed_pressure
from twin.processes.three_pg import Month, Soil, Stand, step
from twin.processes.three_pg_species import species as known_species
from twin.processes.understory import light_of

Numbers = NDArray[np.float64]
Result = Mapping[str, Numbers]


def chapman_richards(
    asymptote: Numbers, rate: Numbers, shape: Numbers, age: Numbers
) -> Result:
    """Biomass and growth rate of a stand."""
    rows = [
        (
            stand_biomass(np.array(a), asymptote=b, rate=k, shape=p),
            growth_rate(np.array(a), asymptote=b, rate=k, shape=p),
        )
        for b, k, p, a in zip(asymptote, rate, shape, age, strict=True)
    ]
    table = np.array(rows, dtype=np.float64)
    return {"biomass": table[:, 0], "growth_rate": table[:, 1]}


def three_pg(
    year: Numbers, month: Numbers, low: Numbers, high: Numbers, mean: Numbers,
    rain: Numbers, solar: Numbers, frost: Numbers, *, latitude: float, age: float,
    start: Mapping[str, float], soil: Mapping[str, float], species: str,
) -> Result:  # fmt: skip
    """A leafless stand by month, from January on; February has 28 days in 3-PG."""
    kind = known_species(species)
    first = {name: np.array([value]) for name, value in start.items()}
    bare = {"foliage": np.zeros(1), "debt": first.pop("foliage"), "lai": np.zeros(1)}
    stand = Stand(**first, **bare, age=np.array([age]))
    ground = Soil(
        np.array([soil["capacity"]]), np.array([soil["fertility"]]),
        soil["constant"], soil["power"],
    )  # fmt: skip
    rows = []
    weather = np.stack([low, high, mean, rain, solar, frost], axis=1)
    for number, values in zip(month.astype(int), weather, strict=True):
        days = monthrange(2001, number)[1]
        when = Month(int(number), days, latitude, *(float(v) for v in values))
        stand, grown = step(stand, when, ground, kind)
        rows.append(
            (stand.foliage, stand.roots, stand.stems, grown.production, stand.lai,
             stand.diameter(kind), stand.water, grown.transpired)
        )  # fmt: skip
    names = ("foliage", "roots", "stems", "production", "lai", "diameter", "water")
    table = np.array(rows)[:, :, 0].T
    return dict(zip((*names, "transpired"), table, strict=True))


def limits(
    ph: Numbers, times: Numbers, *, edges: Sequence[float], span: float
) -> Result:
    """Responses of growth to pH, and to a metal by times its threshold."""
    least, low, high, most = edges
    own = [ph_response(float(p), least, low, high, most) for p in ph]
    metal = [metal_response(float(x), float(np.log(span))) for x in times]
    return {"ph_response": np.array(own), "metal_response": np.array(metal)}


def recruitment(free: Numbers, first_rate: Numbers, second_rate: Numbers) -> Result:
    """Ground that two types take in a year."""
    first, second = recruits(free, np.stack([first_rate, second_rate]))
    return {"first": first, "second": second}


def seeds_beyond_an_edge(distance: Numbers, *, reach: float) -> Result:
    """Stocking around, at whole metres beyond the edge of a full stand."""
    cells, edge = 400, 200
    grid = Grid("EPSG:32649", "unknown", 0.0, 3.0, 1.0, (3 * cells // 4, cells))
    whole = np.zeros(grid.shape)
    whole[:, :edge] = 1.0
    around = seed_pressure(grid.compress(whole), grid, reach)
    row = grid.expand(around, fill=0.0)[grid.shape[0] // 2]
    return {"pressure": row[edge + distance.astype(np.int64)]}


def sun(latitude: Numbers, day: Numbers) -> Result:
    """Distance, declination, sunset angle, radiation at the top, daylength."""
    pairs = [(float(a), int(d)) for a, d in zip(latitude, day, strict=True)]
    return {
        "inverse_distance": np.array([solar.inverse_distance(d) for _, d in pairs]),
        "declination": np.array([solar.declination(d) for _, d in pairs]),
        "sunset_angle": np.array([solar.sunset_angle(a, d) for a, d in pairs]),
        "top_radiation": np.array(
            [solar.extraterrestrial_radiation(a, d) for a, d in pairs]
        ),
        "daylength": np.array([solar.daylength(a, d) for a, d in pairs]),
    }


def evapotranspiration(
    latitude: Numbers, elevation: Numbers, day: Numbers, low: Numbers, high: Numbers,
    vapour: Numbers, wind: Numbers, sunshine: Numbers
) -> Result:  # fmt: skip
    """Hargreaves and FAO-56 Penman-Monteith from sunshine and vapour pressure."""
    light = sun(latitude, day)
    top, hours = light["top_radiation"], light["daylength"]
    mean = 0.5 * (low + high)
    incoming = np.array(
        [
            solar.sunshine_radiation(n, h, t)
            for n, h, t in zip(sunshine, hours, top, strict=True)
        ]
    )
    clear = (0.75 + 2e-5 * elevation) * top
    lost = net_longwave(
        low, high, vapour=vapour, clearness=np.minimum(incoming / clear, 1.0)
    )
    net = (1.0 - ALBEDO) * incoming - lost
    saturated = 0.5 * (saturation_pressure(low) + saturation_pressure(high))
    penman = penman_monteith(
        mean,
        deficit=saturated - vapour,
        wind=wind,
        net=net,
        pressure=air_pressure(elevation),
    )
    simple = [
        hargreaves(m, a, b, top=t)
        for m, a, b, t in zip(mean, low, high, top, strict=True)
    ]
    return {
        "top_radiation": top,
        "daylength": hours,
        "short_wave": incoming,
        "clear_sky": clear,
        "net_short_wave": (1.0 - ALBEDO) * incoming,
        "net_long_wave": np.asarray(lost),
        "net": np.asarray(net),
        "hargreaves": np.array(simple, dtype=np.float64),
        "penman_monteith": np.asarray(penman),
    }


def evapotranspiration_humidity(
    latitude: Numbers, elevation: Numbers, day: Numbers, low: Numbers, high: Numbers,
    humidity: Numbers, wind: Numbers, sunshine: Numbers
) -> Result:  # fmt: skip
    """Return the same from mean relative humidity, percent."""
    saturated = 0.5 * (saturation_pressure(low) + saturation_pressure(high))
    vapour = np.asarray(saturated * humidity / 100.0)
    return evapotranspiration(
        latitude, elevation, day, low, high, vapour, wind, sunshine
    )


def evapotranspiration_variants(
    latitude: Numbers, elevation: Numbers, day: Numbers, low: Numbers, high: Numbers,
    humidity: Numbers, wind: Numbers, sunshine: Numbers
) -> Result:  # fmt: skip
    """Oudin, Hamon and Priestley-Taylor from the same drivers."""
    whole = evapotranspiration_humidity(
        latitude, elevation, day, low, high, humidity, wind, sunshine
    )
    mean = 0.5 * (low + high)
    days = zip(mean, whole["top_radiation"], whole["daylength"], strict=True)
    simple = np.array([(oudin(m, top=t), hamon(m, hours=n)) for m, t, n in days])
    energy = priestley_taylor(
        mean, net=whole["net"], pressure=air_pressure(elevation), alpha=1.26
    )
    return {
        "oudin": simple[:, 0],
        "hamon": simple[:, 1],
        "priestley_taylor": np.asarray(energy),
    }


def pressure(elevation: Numbers) -> Result:
    """Air pressure and the psychrometric constant."""
    made = air_pressure(elevation)
    return {"pressure": made, "psychrometric": PSYCHROMETRIC * made}


def vapour(low: Numbers, high: Numbers, wet: Numbers, dry: Numbers) -> Result:
    """Vapour pressure, saturated and actual, from daily extremes."""
    at_low, at_high = (
        np.asarray(saturation_pressure(low)),
        np.asarray(saturation_pressure(high)),
    )
    return {
        "saturated": 0.5 * (at_low + at_high),
        "actual": 0.5 * (at_low * wet + at_high * dry) / 100.0,
    }


def light(
    herbs: Numbers, herb_crowns: Numbers, shrubs: Numbers, shrub_crowns: Numbers,
    trees: Numbers, tree_crowns: Numbers
) -> Result:  # fmt: skip
    """Open ground, and what the forms have too much of for the light, one type each."""
    stocking = np.stack([herbs, shrubs, trees])
    crowns = np.stack([herb_crowns, shrub_crowns, tree_crowns])
    found = light_of(stocking, crowns, np.arange(3.0))
    rows = zip(("herbs", "shrubs", "trees"), found.room, found.shaded, strict=True)
    made = {"open": found.open}
    for form, room, shaded in rows:
        made |= {f"room_{form}": room, f"shaded_{form}": shaded}
    return made
