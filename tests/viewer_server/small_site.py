"""A small site by the product's own code: 90 x 300 cells, a plan and its control."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
from shapely import box

from connectors.audit import Audit
from connectors.surfaces import save_surface
from connectors.vector import Parcel, write_parcels
from twin.grid import Grid
from twin.readings import ReadingStore
from twin.site import Built, Site
from twin.store import RunWriter
from twin.surface import Surface

GRID = Grid("EPSG:32649", "EPSG:5737", 500_000.0, 4_370_450.0, 5.0, (90, 300))
STEPS = 6
LAYERS = ("soil_organic_carbon", "elevation", "effective_age")
PLANTS = ("robinia", "grass")
SITE = """
version: 1
name: Small mine
name_zh: 小矿区
synthetic: true
crs: EPSG:32649
vertical: EPSG:5737
cell: 5
timezone: Asia/Shanghai
sensors:
  - {id: sm-01, label: Slope, label_zh: 边坡, x: 500100, y: 4370400,
     var: soil_moisture, unit: "1", stale_after: 2h}
  - {id: sm-02, label: Dump, label_zh: 排土场, x: 501000, y: 4370100,
     var: soil_moisture, unit: "1", stale_after: 2h}
"""


def ground() -> np.ndarray:
    """Heights of the surface, m; a hole in one corner."""
    rows, columns = np.indices(GRID.shape)
    heights = 1200 + 30 * np.sin(columns / 40) + 0.2 * rows
    heights[:5, :5] = np.nan
    return heights.astype(np.float32)


def soil(step: int, gain: float) -> np.ndarray:
    """Soil carbon of a step, kg m-2: it grows in the eastern half only."""
    rows, columns = np.indices(GRID.shape)
    carbon = 1.0 + 0.01 * rows + np.where(columns >= 150, gain * step, 0.0)
    return carbon.astype(np.float64)


def write_site(folder: Path) -> Site:
    """Write the site with its surface, sensors and runs."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "site.yaml").write_text(SITE, encoding="utf-8")
    surface = Surface(
        id="2024-05-20-surveyed", date=date(2024, 5, 20), kind="surveyed",
        source={"survey_2024.laz": "0" * 64}, grid=GRID, elevation=ground(),
        error=np.full(GRID.shape, 0.05, np.float32),
        layers={"canopy_height": np.ones(GRID.shape, np.float32)},
    )  # fmt: skip
    parcel = Parcel(
        "dump", "Dump", "排土场", box(500_800, 4_370_050, 501_400, 4_370_400)
    )
    write_parcels(folder / "layers" / "parcels.gpkg", [parcel], GRID.crs)
    save_surface(surface, folder / "surfaces", Audit())
    Built(GRID.to_dict(), (surface.id,), (), synthetic=True).save(folder)
    site = Site.open(folder)
    with ReadingStore(site.readings_path) as store:
        store.add_sensors(site.sensors())
    write_run(site, "plan", gain=0.02)
    write_run(site, "plan-control", gain=0.001)
    return site


def write_run(
    site: Site, name: str, *, gain: float, noise: np.random.Generator | None = None
) -> None:
    """Write one run of six yearly states; with noise nothing can be compressed."""
    writer = begin_run(site, name, layers=LAYERS)
    for step in range(STEPS):
        ages = np.stack([np.full(GRID.n, step), np.full(GRID.n, 10.0 * step)])
        carbon = soil(step, gain)
        if noise is not None:
            carbon = noise.uniform(0, 10, GRID.shape)
        values = {
            "soil_organic_carbon": GRID.compress(carbon),
            "elevation": np.nan_to_num(GRID.compress(ground()), nan=1200.0) - step,
            "effective_age": ages,
        }
        writer.write(step, values)
    ledger = "month,cause,stock,zone,amount,unit\n2025-01,growth,soil,dump,1.5,kg\n"
    indicators = (
        "parcel,date,area_ha,cover,soc,carbon,erosion,cost,emissions\n"
        + "".join(
            f"dump,{2025 + i}-01-01,67.5,{i},{10 + gain * i},20,5,0,0\n"
            for i in range(STEPS)
        )
    )
    files = {"ledger.csv": ledger.encode(), "indicators.csv": indicators.encode()}
    writer.finish(closure={"carbon": 0.0}, files=files)


def begin_run(site: Site, name: str, layers: tuple[str, ...] = LAYERS[:1]) -> RunWriter:
    """Make an empty run of six years."""
    return RunWriter.create(
        site.runs_dir / name,
        grid=GRID,
        zone_names=("dump",),
        zones=np.zeros(GRID.n, np.int64),
        times=[date(2025 + i, 1, 1) for i in range(STEPS)],
        layers=layers,
        axes={"pft": PLANTS},
        about={"scenario": {"name": "plan", "title": "Plan", "title_zh": "方案"}},
    )
