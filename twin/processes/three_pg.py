"""3-PG: growth of an even-aged stand from light, by month, over cells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..process import Array

AIR_DENSITY, LATENT_HEAT = 1.2, 2_460_000.0  # kg m-3, J kg-1
VPD_TO_HUMIDITY = 0.000622  # kg kg-1 in 1 mbar
SLOPE_BY_PSYCHROMETRIC = 2.2  # of saturation pressure at 20 degC over gamma
MID_MONTH = (16, 44, 75, 105, 136, 166, 197, 228, 258, 289, 319, 350)
DAY = 86_400.0  # s
YEAR = 1.0 / 12.0  # of a month
THINNEST = 0.01  # cm, of stems at the start
PERCENT, KILOGRAMS = 100.0, 1000.0  # g m-2 in 1 t ha-1; in a tonne


@dataclass(frozen=True, kw_only=True)
class Species:
    """Parameters of 3-PGpjs, by the names of Landsberg & Waring 1997 and Sands 2004.

    Masses are dry matter. ``leaf_grow`` and ``leaf_fall`` are months; 0 and 0 for
    evergreens. Conductances m s-1, temperatures degC, ages years, SLA m2 kg-1.
    """

    pfs2: float  # foliage by stem partitioning at 2 cm of diameter, 1
    pfs20: float  # and at 20 cm
    a_ws: float  # kg, stem mass = a d^n, d in cm
    n_ws: float
    prx: float  # largest and smallest share of NPP to roots, 1
    prn: float
    gamma_f1: float  # litterfall of old and of new stands, month-1
    gamma_f0: float
    t_gamma_f: float  # months until it has the mean of both
    gamma_r: float  # root turnover, month-1
    leaf_grow: int
    leaf_fall: int
    t_min: float
    t_opt: float
    t_max: float
    k_f: float  # production lost by frost day, 1
    m0: float
    f_n0: float
    f_nn: float
    max_age: float
    n_age: float
    r_age: float
    sla0: float
    sla1: float
    t_sla: float
    k: float  # extinction of light, 1
    full_canopy_age: float
    max_interception: float  # share of rain, at lai_interception
    lai_interception: float
    alpha: Array | float  # canopy quantum efficiency, mol mol-1
    y: float  # NPP / GPP
    max_conductance: float
    min_conductance: float
    lai_conductance: float
    coeff_conductance: float  # of VPD, mbar-1
    boundary_conductance: float
    qa: float  # net radiation, W m-2, = qa + qb x solar
    qb: float
    g_dm_mol: float  # g of dry matter in 1 mol of carbon
    mol_par_mj: float  # mol of photosynthetic light in 1 MJ


@dataclass(frozen=True)
class Soil:
    """Water and fertility of the rooting zone.

    capacity  most available water, mm, (n,); fertility  FR, 1, (n,)
    constant, power  of the response to dryness: 0.7, 9 sand; 0.5, 5 clay loam
    response  growth modifier of water, 1, (n,), where another model keeps the water
    """

    capacity: Array
    fertility: Array
    constant: float = 0.5
    power: float = 5.0
    response: Array | None = None


@dataclass(frozen=True)
class Month:
    """Weather of a month, numbers or (n,); latitude in degrees.

    Temperatures degC, rain mm, solar MJ m-2 d-1, frost in days.
    """

    number: int
    days: int
    latitude: float
    low: Array | float
    high: Array | float
    mean: Array | float
    rain: Array | float
    solar: Array | float
    frost: Array | float


@dataclass(frozen=True)
class Stand:
    """State, (n,) each: t ha-1 of dry matter, stems ha-1, years, LAI, mm of water.

    debt  foliage that leafless trees grow again first
    """

    foliage: Array
    roots: Array
    stems: Array
    debt: Array
    number: Array
    age: Array
    lai: Array
    water: Array

    def diameter(self, species: Species) -> Array:
        """Mean diameter at breast height, cm."""
        mass = KILOGRAMS * self.stems / self.number
        made: Array = (mass / species.a_ws) ** (1.0 / species.n_ws)
        return made


def daylength(latitude: float, month: int) -> float:
    """Length of the day in the middle of a month, s, as 3-PG takes it."""
    lat = np.radians(latitude)
    sine = 0.4 * np.sin(0.0172 * (MID_MONTH[month - 1] - 80))
    cosine = np.sqrt(1.0 - sine * sine)
    hour = np.clip(-np.sin(lat) * sine / (np.cos(lat) * cosine), -1.0, 1.0)
    return float(DAY * np.arccos(hour) / np.pi)


def vapour_deficit(low: Array | float, high: Array | float) -> Array:
    """Mean vapour pressure deficit of the day, mbar: half of what the two differ."""

    def saturated(t: Array | float) -> Array:
        made: Array = 6.1078 * np.exp(17.269 * np.asarray(t) / (237.3 + np.asarray(t)))
        return made

    return 0.5 * (saturated(high) - saturated(low))


def temperature_modifier(mean: Array | float, species: Species) -> Array:
    """Growth modifier of temperature, 1; 0 below t_min and above t_max."""
    s, t = species, np.asarray(mean, dtype=np.float64)
    inside = (t > s.t_min) & (t < s.t_max)
    at = np.where(inside, t, s.t_opt)
    power = (s.t_max - s.t_opt) / (s.t_opt - s.t_min)
    rise = (at - s.t_min) / (s.t_opt - s.t_min)
    fall = ((s.t_max - at) / (s.t_max - s.t_opt)) ** power
    return np.where(inside, rise * fall, 0.0)


def leaf_area(age: Array, species: Species) -> Array:
    """Specific leaf area by stand age, m2 kg-1."""
    s = species
    falling = np.exp(-np.log(2.0) * (age / s.t_sla) ** 2)
    made: Array = s.sla1 + (s.sla0 - s.sla1) * falling
    return made


def litterfall(age: Array, species: Species) -> Array:
    """Share of the foliage that falls in a month, by stand age."""
    s = species
    rate = 12.0 * np.log(1.0 + s.gamma_f1 / s.gamma_f0) / s.t_gamma_f
    spread = (s.gamma_f1 - s.gamma_f0) * np.exp(-rate * age)
    made: Array = s.gamma_f1 * s.gamma_f0 / (s.gamma_f0 + spread)
    return made


def partition(
    diameter: Array, vigour: Array, fertility: Array, species: Species
) -> tuple[Array, Array, Array]:
    """Shares of NPP to foliage, roots and stems; they add up to 1.

    vigour  physiological modifier, 1
    """
    s = species
    m = s.m0 + (1.0 - s.m0) * fertility
    to_roots = s.prx * s.prn / (s.prn + (s.prx - s.prn) * vigour * m)
    power = np.log(s.pfs20 / s.pfs2) / np.log(10.0)
    by_stem = s.pfs2 / 2.0**power * np.maximum(diameter, THINNEST) ** power
    to_stems = (1.0 - to_roots) / (1.0 + by_stem)
    return 1.0 - to_roots - to_stems, to_roots, to_stems


def transpiration(
    conductance: Array, deficit: Array, month: Month, species: Species
) -> Array:
    """Penman-Monteith transpiration of the canopy over the month, mm."""
    s, light = species, daylength(month.latitude, month.number)
    net = s.qa + s.qb * np.asarray(month.solar) * 1e6 / light
    dry = AIR_DENSITY * LATENT_HEAT * VPD_TO_HUMIDITY * deficit
    over = SLOPE_BY_PSYCHROMETRIC * net + dry * s.boundary_conductance
    under = conductance * (1.0 + SLOPE_BY_PSYCHROMETRIC) + s.boundary_conductance
    made: Array = month.days * light * conductance * over / under / LATENT_HEAT
    return np.maximum(made, 0.0)


@dataclass(frozen=True)
class Grown:
    """What a month made, (n,): t ha-1 of dry matter, mm of water."""

    production: Array
    foliage_fall: Array
    root_fall: Array
    transpired: Array
    intercepted: Array
    runoff: Array


def step(
    stand: Stand, month: Month, soil: Soil, species: Species
) -> tuple[Stand, Grown]:
    """Grow a stand for a month.

    GPP = alpha f_nutr f_T f_frost min(f_vpd, f_sw) f_age x intercepted light; NPP = Y
    GPP goes to foliage, roots and stems. Leafless trees first pay back the foliage that
    they lost. Dry matter: foliage + roots + stems change by NPP less what falls.

    Even-aged stands of one species; no thinning, no death, CO2 as today. Landsberg &
    Waring 1997; Sands & Landsberg 2002; deciduous habit of Forrester & Tang 2016.
    """
    s, sla = species, leaf_area(stand.age, species)
    foliage, debt, lai, fallen = _habit(stand, month, s)
    vigour, deficit = _vigour(stand, month, soil, s)
    cover = np.minimum((stand.age + 0.01) / max(s.full_canopy_age, 1e-9), 1.0)
    caught = cover * -np.expm1(-s.k * lai / cover)
    gross = _light_use(month, soil, vigour, s) * caught * month.solar * month.days
    wanted = (
        transpiration(_conductance(lai, vigour, s), deficit, month, s),
        s.max_interception * np.minimum(lai / s.lai_interception, 1.0) * month.rain,
    )
    there = stand.water + month.rain
    share = np.minimum(1.0, there / np.maximum(wanted[0] + wanted[1], 1e-300))
    left = np.maximum(there - wanted[0] - wanted[1], 0.0)
    spilt = np.maximum(left - soil.capacity, 0.0)
    net = s.y * gross * share
    made, falls = _allocate(stand, (foliage, debt, net, vigour), month, soil, s)
    older, lai = stand.age + YEAR, 0.1 * made[0] * sla
    after = Stand(*made, stand.number, older, lai, left - spilt)
    water = (share * wanted[0], share * wanted[1], spilt)
    return after, Grown(net, fallen + falls[0], falls[1], *water)


def _habit(
    stand: Stand, month: Month, species: Species
) -> tuple[Array, Array, Array, Array]:
    """Foliage, debt, LAI of the month, and the foliage that autumn took."""
    nothing = np.zeros_like(stand.foliage)
    if species.leaf_grow > 0 and month.number == species.leaf_fall:
        return nothing, stand.foliage, nothing, stand.foliage
    if species.leaf_grow > 0 and month.number == species.leaf_grow:
        lai = 0.1 * stand.debt * leaf_area(stand.age, species)
        return stand.debt, stand.debt, lai, nothing
    return stand.foliage, stand.debt, stand.lai, nothing


def _conductance(lai: Array, vigour: Array, species: Species) -> Array:
    """Conductance of the canopy, m s-1; 0 without leaves."""
    s, open_ = species, np.minimum(lai / species.lai_conductance, 1.0)
    made = s.min_conductance + (s.max_conductance - s.min_conductance) * open_
    return np.where(lai > 0.0, made * vigour, 0.0)


def _vigour(
    stand: Stand, month: Month, soil: Soil, species: Species
) -> tuple[Array, Array]:
    """Physiological modifier, 1, and the vapour pressure deficit, mbar."""
    s, deficit = species, vapour_deficit(month.low, month.high)
    old = 1.0 / (1.0 + (stand.age / s.max_age / s.r_age) ** s.n_age)
    water = soil.response
    if water is None:
        dryness = (1.0 - stand.water / soil.capacity) / soil.constant
        water = 1.0 / (1.0 + dryness**soil.power)
    return np.minimum(np.exp(-s.coeff_conductance * deficit), water) * old, deficit


def _light_use(month: Month, soil: Soil, vigour: Array, species: Species) -> Array:
    """Dry matter made of 1 MJ m-2 of caught light, t ha-1."""
    s = species
    fed = 1.0 - (1.0 - s.f_n0) * (1.0 - soil.fertility) ** s.f_nn
    frost = np.maximum(1.0 - s.k_f * np.asarray(month.frost) / 30.0, 0.0)
    alpha = s.alpha * fed * temperature_modifier(month.mean, s) * frost * vigour
    made: Array = alpha * s.g_dm_mol * s.mol_par_mj / PERCENT
    return made


def _allocate(
    stand: Stand, now: tuple[Array, Array, Array, Array], month: Month, soil: Soil,
    species: Species,
) -> tuple[tuple[Array, Array, Array, Array], tuple[Array, Array]]:  # fmt: skip
    """Foliage, roots, stems and debt after the month; foliage and roots that fell."""
    foliage, debt, net, vigour = now
    s = species
    leafless = s.leaf_grow > 0 and not s.leaf_grow <= month.number < s.leaf_fall
    if leafless:
        none = np.zeros_like(foliage)
        return (foliage, stand.roots, stand.stems, debt), (none, none)
    paid = np.minimum(net, debt)
    rest = net - paid
    to = partition(stand.diameter(s), vigour, soil.fertility, s)
    shed, dead = litterfall(stand.age, s) * foliage, s.gamma_r * stand.roots
    return (
        foliage + to[0] * rest - shed,
        stand.roots + to[1] * rest - dead,
        stand.stems + to[2] * rest,
        debt - paid,
    ), (shed, dead)
