"""The words of the demo: site.yaml and the plan, as a planner would write them."""

from __future__ import annotations

from typing import Any

from .frame import CRS, VERTICAL
from .sensors import SENSORS, ZONE

SURVEY, EARLIER, DESIGN = "survey_2024.laz", "survey_2019.tif", "design_2026.tif"
PARCELS, CLIMATE, READINGS = (
    "parcels.geojson",
    "climate_daily.csv",
    "readings_2024-07-18.csv",
)


def site_config(cell: float) -> dict[str, Any]:
    """Return site.yaml as plain data; cell is the spacing of the site's grid, m."""
    return {
        "version": 1,
        "name": "Demo mine (synthetic)",
        "name_zh": "示例矿区(合成数据)",
        "synthetic": True,
        "crs": CRS,
        "vertical": VERTICAL,
        "cell": cell,
        "timezone": ZONE,
        "surveys": [
            {"file": f"sources/{EARLIER}", "date": "2019-09-12", "kind": "surveyed"},
            {
                "file": f"sources/{SURVEY}",
                "date": "2024-05-20",
                "kind": "surveyed",
                "ground": "classes",
            },
            {"file": f"sources/{DESIGN}", "date": "2026-06-30", "kind": "designed"},
        ],
        "parcels": {
            "file": f"sources/{PARCELS}",
            "id": "id",
            "label": "name",
            "label_zh": "name_zh",
        },
        "climate": _climate(),
        "ground": _ground(),
        "sensors": [sensor.setting() for sensor in SENSORS],
        "feeds": [
            {
                "kind": "replay",
                "id": "recorded-day",
                "owner": "demo (synthetic)",
                "file": f"sources/{READINGS}",
                "speed": 60,
                "shift_to_now": True,
                "loop": True,
            }
        ],
    }


def _climate() -> dict[str, Any]:
    return {
        "file": f"sources/{CLIMATE}",
        "columns": {
            "time": "date",
            "air_temperature": "t",
            "air_temperature_min": "tmin",
            "air_temperature_max": "tmax",
            "precipitation": "rain",
            "relative_humidity": "rh",
            "wind_speed": "wind",
            "solar_radiation": "rs",
        },
        "units": {
            "air_temperature": "degC",
            "air_temperature_min": "degC",
            "air_temperature_max": "degC",
            "precipitation": "mm",
            "relative_humidity": "percent",
            "wind_speed": "m s-1",
            "solar_radiation": "MJ m-2 d-1",
        },
    }


def _ground() -> dict[str, Any]:
    """Soil and plants of each parcel; synthetic, in the range of raw loess spoil."""
    spoil = {
        "bulk_density": 1600,
        "soil_depth": 3,
        "soil_organic_carbon": 3,
        "geogenic_carbon": 6,
        "available_water_capacity": 55,
        "curve_number": 90,
        "plants": {"pioneer": {"age": 3, "stocking": 0.05}},
    }
    return {
        "default": {
            "clay_content": 18,
            "bulk_density": 1350,
            "soil_depth": 5,
            "soil_organic_carbon": 14,
            "available_water_capacity": 110,
            "soil_ph": 8.3,
            "curve_number": 82,
            "soil_erodibility": 0.045,
            "practice_factor": 1,
            "plants": {"grass": {"age": 8, "stocking": 0.3}},
        },
        "hills": {
            "soil_organic_carbon": 20,
            "curve_number": 74,
            "plants": {
                "grass": {"age": 15, "stocking": 0.45},
                "caragana": {"age": 15, "stocking": 0.15},
                "pine": {"age": 20, "stocking": 0.08},
            },
        },
        "pit": {
            "bulk_density": 1800,
            "soil_depth": 0.2,
            "soil_organic_carbon": 1,
            "geogenic_carbon": 20,
            "available_water_capacity": 40,
            "curve_number": 92,
            "soil_erodibility": 0.02,
            "plants": {},
        },
        "dump-north": spoil,
        "dump-south": spoil,
        "dump-top": {**spoil, "bulk_density": 1650},
        "stockpile": {
            "bulk_density": 1300,
            "soil_depth": 6,
            "soil_organic_carbon": 16,
            "subsoil": {"soil_organic_carbon": 4.1},  # g/kg, as above it
            "spoil": {"soil_organic_carbon": 4.1},
            "available_water_capacity": 120,
            "plants": {"grass": {"age": 3, "stocking": 0.35}},
        },
        "gangue": {
            "clay_content": 10,
            "bulk_density": 1700,
            "soil_depth": 2,
            "soil_organic_carbon": 1,
            "geogenic_carbon": 120,
            "available_water_capacity": 35,
            "soil_ph": 5.2,
            "curve_number": 88,
            "soil_erodibility": 0.03,
            "plants": {},
        },
        "yard": {"soil_depth": 0.2, "soil_erodibility": 0.01, "plants": {}},
        "road": {"soil_depth": 0.2, "soil_erodibility": 0.015, "plants": {}},
    }


def plan() -> dict[str, Any]:
    """Return scenarios/plan.yaml as plain data."""
    slopes = {"parcels": ["dump-north", "dump-south"]}
    dump = {"parcels": ["dump-north", "dump-south", "dump-top"]}
    top, gangue = {"parcels": ["dump-top"]}, {"parcels": ["gangue"]}
    return {
        "version": 1,
        "name": "plan",
        "title": "Restore dump and gangue heap (synthetic demo)",
        "title_zh": "排土场与矸石山生态修复(合成示例)",
        "start": "2025-01",
        "years": 30,
        "seed": 1,
        "currency": "CNY",
        "interventions": [
            {"measure": "regrade", "area": slopes, "date": "2025-04", "max_slope": 25},
            {"measure": "regrade", "area": gangue, "date": "2025-05", "max_slope": 28},
            _topsoil(top, 0.4) | {"source": "stockpile"},
            _topsoil(slopes, 0.25) | {"source": "stockpile"},
            _topsoil(gangue, 0.5),
            {"measure": "lime", "area": gangue, "date": "2025-09", "dose": 12},
            {"measure": "compost", "area": dump, "date": "2025-09", "dose": 30},
            {"measure": "compost", "area": gangue, "date": "2025-09", "dose": 40},
            _plant("dump-top", "2026-04", {"grass": 0.5, "alfalfa": 0.4}),
            _plant("dump-north", "2026-04", {"robinia": 0.4, "grass": 0.5}),
            _plant("dump-south", "2026-04", {"caragana": 0.4, "grass": 0.5}),
            _plant("gangue", "2026-05", {"seabuckthorn": 0.5, "grass": 0.4}),
            _plant("stockpile", "2027-04", {"alfalfa": 0.5, "grass": 0.4}),
        ],
    }


def _topsoil(area: dict[str, Any], thickness: float) -> dict[str, Any]:
    return {
        "measure": "topsoil",
        "area": area,
        "date": "2025-07",
        "thickness": thickness,
    }


def _plant(parcel: str, date: str, mix: dict[str, float]) -> dict[str, Any]:
    return {
        "measure": "plant",
        "area": {"parcels": [parcel]},
        "date": date,
        "mix": mix,
        "survival": 0.8,
    }
