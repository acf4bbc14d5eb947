"""A small mine on disk, with everything that its soil can carry."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
from shapely.geometry import box

from connectors.audit import Audit
from connectors.monthly import Monthly, write_monthly
from connectors.surfaces import save_surface
from connectors.vector import Parcel, write_parcels
from twin.grid import Grid
from twin.site import Built, Site
from twin.surface import Surface

RICH = """
version: 1
name: Rich mine
crs: EPSG:32649
vertical: unknown
cell: 10
ground:
  default:
    soil_organic_carbon: 20
    soil_depth: 4
    inorganic_carbon: 8
    nitrogen: 40
    phosphorus: 6
    metals: {cadmium: 0.3, lead: 28, arsenic: 11}
    available: {cadmium: 0.3, lead: 0.05}
    plants: {pioneer: {age: 10, stocking: 0.6}}
  dump:
    soil_organic_carbon: 4
    geogenic_carbon: 12
    soil_depth: 25
    sulfide_sulfur: 0.6
    neutralising_potential: 12
    metals: {cadmium: 1.4, lead: 90, arsenic: 35}
    spoil: {metals: {cadmium: 2.0, lead: 120, arsenic: 60}, sulfide_sulfur: 1.2}
    plants: {pioneer: {age: 2, stocking: 0.05}}
"""


def weather(months: int = 36) -> Monthly:
    """A dry continental climate with a wet summer."""
    season = -np.cos(2.0 * np.pi * (np.arange(months) - 0.5) / 12.0)
    warm, rain = 8.0 + 14.0 * season, 35.0 + 30.0 * season
    return Monthly(
        (2020, 1),
        {
            "air_temperature": warm,
            "air_temperature_min": warm - 6.0,
            "air_temperature_max": warm + 6.0,
            "precipitation": rain,
            "solar_radiation": 15.0 + 8.0 * season,
            "rainfall_erosivity": np.maximum(rain - 20.0, 0.0) * 5.0,
        },
    )


def rich_mine(
    folder: Path, cells: int = 24, text: str = RICH, climate: Monthly | None = None
) -> Site:
    """A heap on a plane, cells x cells of 10 m, with a dump and a pile as parcels."""
    (folder / "runs").mkdir(parents=True)
    (folder / "site.yaml").write_text(text, encoding="utf-8")
    y, x = np.mgrid[0:cells, 0:cells] * 10.0
    middle = 5.0 * cells
    away = np.hypot(x - middle, y - middle)
    heap = np.clip((0.6 * middle - away) * np.tan(np.radians(35.0)), 0.0, 20.0)
    z = (1200.0 + 0.03 * x + heap).astype(np.float32)
    z[0, :3] = np.nan
    grid = Grid("EPSG:32649", "unknown", 500000.0, 4350000.0, 10.0, z.shape)
    ground = Surface("2024-05-20", date(2024, 5, 20), "surveyed", {}, grid, z)
    save_surface(ground, folder / "surfaces", Audit())
    west, north = grid.west + middle, grid.north - middle
    reach = 0.7 * middle
    dump = box(west - reach, north - reach, west + reach, north + reach)
    pile = box(grid.west, grid.bounds[1], grid.west + 60.0, grid.bounds[1] + 20.0)
    parcels = [
        Parcel("dump", "Dump", "排土场", dump),
        Parcel("pile", "Stockpile", "表土堆", pile),
    ]
    write_parcels(folder / "layers" / "parcels.gpkg", parcels, grid.crs)
    write_monthly(folder / "layers" / "climate_monthly.csv", climate or weather())
    Built(grid.to_dict(), ("2024-05-20",)).save(folder)
    return Site.open(folder)
