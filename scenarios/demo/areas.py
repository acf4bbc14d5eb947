"""Parcels of the demo mine: their outlines follow what was built."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import shapely
from rasterio.features import shapes

from .frame import CELL, CRS, SIZE, Raster
from .rasters import place, thinned
from .truth import DUMP_CENTRE, Truth

SMOOTHING = 6.0  # m, of the outlines
NAMES = {
    "hills": ("Loess hills (undisturbed)", "黄土丘陵(未扰动)"),
    "pit": ("Open pit", "露天采坑"),
    "dump-north": ("External dump, northern terraces", "外排土场北坡平台"),
    "dump-south": ("External dump, southern terraces", "外排土场南坡平台"),
    "dump-top": ("External dump, top", "外排土场顶部平台"),
    "stockpile": ("Topsoil stockpile", "表土堆场"),
    "gangue": ("Gangue heap", "矸石山"),
    "yard": ("Preparation plant", "选煤厂"),
    "road": ("Haul road", "运输道路"),
}


def write_parcels(path: Path, truth: Truth) -> None:
    """Write the parcels as GeoJSON in the site's CRS; they cover it without overlap."""
    number = _numbers(truth)
    drawn: dict[int, list[shapely.Geometry]] = {}
    for shape, value in shapes(number, connectivity=4, transform=place(CELL)):
        drawn.setdefault(int(value), []).append(shapely.from_geojson(json.dumps(shape)))
    whole = [shapely.union_all(drawn[k]) for k in range(len(NAMES))]
    smooth = shapely.coverage_simplify(np.array(whole, dtype=object), SMOOTHING)
    features = [
        {
            "type": "Feature",
            "properties": {"id": key, "name": name, "name_zh": name_zh},
            "geometry": json.loads(
                shapely.to_geojson(shapely.set_precision(area, 0.01))
            ),
        }
        for (key, (name, name_zh)), area in zip(NAMES.items(), smooth, strict=True)
    ]
    crs = {"type": "name", "properties": {"name": f"urn:ogc:def:crs:{_urn(CRS)}"}}
    text = json.dumps(
        {
            "type": "FeatureCollection",
            "synthetic": True,
            "crs": crs,
            "features": features,
        },
        ensure_ascii=False,
    )
    path.write_text(text + "\n", encoding="utf-8")


def _urn(crs: str) -> str:
    return crs.replace(":", "::")


def _numbers(truth: Truth) -> np.ndarray[tuple[int, int], np.dtype[np.uint8]]:
    """Parcel of each 5 m cell, as its place in NAMES; the later works lie on top."""
    frame, keys = truth.frame, list(NAMES)
    north = np.broadcast_to(frame.y > DUMP_CENTRE[1], truth.ground.shape)
    dump = truth.areas["dump"]
    areas = {
        "pit": truth.areas["pit"],
        "dump-north": dump & north,
        "dump-south": dump & ~north,
        "dump-top": truth.areas["dump_top"],
        "stockpile": truth.areas["stockpile"],
        "gangue": truth.areas["gangue"],
        "yard": truth.areas["yard"],
        "road": truth.areas["road"] & ~truth.areas["pit"],
    }
    cells = round(SIZE / CELL)
    number = np.zeros((cells, cells), dtype=np.uint8)
    for key, area in areas.items():
        share = _share(area.astype(np.float64), truth)
        number[share > 0.5] = keys.index(key)
    return number


def _share(area: Raster, truth: Truth) -> Raster:
    """Share of each 5 m cell; the 2 m truth is brought to 10 m and doubled."""
    if CELL % truth.frame.spacing == 0.0:
        return thinned(area, truth.frame, CELL)
    doubled: Raster = np.kron(
        thinned(area, truth.frame, 2.0 * CELL), np.ones((2, 2), dtype=np.float64)
    ).astype(np.float64)
    return doubled
