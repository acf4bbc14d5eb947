"""Carbon pools of RothC at the start, without a spin-up; with a rule for mine soil."""

from __future__ import annotations

import numpy as np

from ..process import Array

T_PER_HA = 10.0  # t ha-1 in 1 kg m-2
FRESH_SPOIL = 2.0  # t ha-1; below it the fitted pools mean nothing (mine-soil rule)
POOLS = ("dpm", "rpm", "bio", "hum", "iom")


def inert_carbon(total: Array) -> Array:
    """Inert organic carbon, IOM = 0.049 TOC^1.139.

    total   organic carbon without geogenic carbon, t ha-1, (n,)
    →       t ha-1, (n,)

    Falloon et al. 1998.
    """
    made: Array = 0.049 * total**1.139
    return made


def fitted_pools(total: Array, clay: Array) -> dict[str, Array]:
    """Pools by pedotransfer; DPM is the residual and can be negative.

    RPM = (0.184 SOC + 0.1555)(clay + 1.275)^-0.1158
    HUM = (0.7148 SOC + 0.5069)(clay + 0.3421)^0.0184
    BIO = (0.014 SOC + 0.0075)(clay + 8.8473)^0.0567

    total   organic carbon, t ha-1, (n,)
    clay    percent, (n,)
    →       t ha-1, name -> (n,)

    Fitted on arable and grassland topsoil in equilibrium, not on spoil.
    Weihermueller et al. 2013; coefficients read in the scripts of FAO GSOCseq.
    """
    rpm = (0.184 * total + 0.1555) * (clay + 1.275) ** -0.1158
    hum = (0.7148 * total + 0.5069) * (clay + 0.3421) ** 0.0184
    bio = (0.014 * total + 0.0075) * (clay + 8.8473) ** 0.0567
    iom = inert_carbon(total)
    return {
        "dpm": total - rpm - hum - bio - iom,
        "rpm": rpm,
        "bio": bio,
        "hum": hum,
        "iom": iom,
    }


def mine_soil_pools(total: Array, clay: Array) -> dict[str, Array]:
    """Pools of a mine soil: never negative, and they always sum to the total.

    DPM is max(residual, 0); RPM, BIO and HUM are rescaled so that the sum is kept.
    Below 2 t ha-1 (fresh spoil): DPM 0, RPM 5 %, BIO 1 %, IOM by Falloon, rest HUM.

    total   organic carbon without geogenic carbon, t ha-1, (n,)
    clay    percent, (n,)
    →       t ha-1, name -> (n,)

    Rule of this project (science.md section 1): below about 20 t ha-1 the fit alone
    would start with negative DPM.
    """
    total = np.maximum(np.asarray(total, dtype=np.float64), 0.0)
    pools = fitted_pools(total, np.asarray(clay, dtype=np.float64))
    dpm = np.maximum(pools["dpm"], 0.0)
    living = pools["rpm"] + pools["bio"] + pools["hum"]
    scale = np.maximum(total - dpm - pools["iom"], 0.0) / living
    fresh = total < FRESH_SPOIL
    rpm = np.where(fresh, 0.05 * total, scale * pools["rpm"])
    bio = np.where(fresh, 0.01 * total, scale * pools["bio"])
    dpm = np.where(fresh, 0.0, dpm)
    iom = np.minimum(pools["iom"], total)
    hum = np.maximum(total - dpm - rpm - bio - iom, 0.0)
    return {"dpm": dpm, "rpm": rpm, "bio": bio, "hum": hum, "iom": iom}


def initial_pools(carbon: Array, clay: Array) -> dict[str, Array]:
    """Stocks of soil carbon at the start of a run.

    carbon  organic carbon, kg m-2, (n,)
    clay    percent, (n,)
    →       name of the stock -> kg m-2, (n,)
    """
    pools = mine_soil_pools(T_PER_HA * carbon, clay)
    return {f"soil_carbon_{name}": pools[name] / T_PER_HA for name in POOLS}
