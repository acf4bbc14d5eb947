import type { LayerInfo, RunInfo, SiteInfo } from "../src/api_types";

const layer = (name: string, index: number): LayerInfo => ({
  name,
  index,
  label: name,
  label_zh: name,
  unit_own: "kg m-2",
  unit: "t ha-1",
  scale: 10,
  colours: "lajolla",
  low: 0,
  high: 5,
  source: "test",
});

const run = (id: string, index: number, pair: string, control: boolean): RunInfo => ({
  id,
  index,
  name: id,
  title: id,
  title_zh: id,
  status: "finished",
  control,
  pair,
  times: ["2025-01-01", "2026-01-01", "2027-01-01"],
  layers: ["soil_loss", "soil_organic_carbon", "elevation"],
  code_version: "",
  closure: {},
  other_grid: [],
});

/** A site with a plan, its control and one survey. */
export function site(): SiteInfo {
  return {
    name: "Mine",
    name_zh: "矿",
    synthetic: true,
    crs: "EPSG:32649",
    vertical: "EPSG:5737",
    cell: 5,
    timezone: "Asia/Shanghai",
    grid: { west: 0, north: 0, rows: 300, cols: 200 },
    origin_x: 0,
    origin_y: 0,
    origin_z: 1000,
    epoch: "a",
    offset: 0,
    surfaces: [
      {
        id: "old",
        index: 9,
        date: "2019-05-01",
        kind: "surveyed",
        source: "a.laz",
        levels: 2,
        low: 0,
        high: 1,
        layers: ["canopy_height"],
      },
      {
        id: "new",
        index: 8,
        date: "2024-05-01",
        kind: "surveyed",
        source: "b.laz",
        levels: 2,
        low: 0,
        high: 1,
        layers: ["canopy_height"],
      },
    ],
    parcels: [],
    sensors: [],
    feeds: [],
    runs: [run("plan-control", 0, "plan", true), run("plan", 1, "plan-control", false)],
    rebuilt: false,
    layers: [
      layer("soil_loss", 64),
      layer("soil_organic_carbon", 128),
      layer("elevation", 192),
      layer("canopy_height", 256),
    ],
  };
}
