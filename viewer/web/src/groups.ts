/** Which shelf of the layer picker a quantity stands on. */
import type { LayerInfo } from "./api_types";
import type { Word } from "./i18n";

const SHELVES: readonly [Word, RegExp][] = [
  ["groupMeasures", /^measure_/],
  ["survey", /^(canopy_height|elevation_error|surface_elevation|point_density)$/],
  ["groupTerrain", /^(elevation|slope|aspect|specific_catchment|flow_|ls_factor|radiation_factor)/],
  ["groupErosion", /(soil_loss|soil_mass|sediment|soil_imported|erodibility|erosive|practice)/],
  [
    "groupWater",
    /(water|runoff|recharge|evapotranspiration|curve_number|moisture|precipitation_total)/,
  ],
  [
    "groupVegetation",
    /(vegetation|stocking|effective_age|biomass|litter|dead_wood|primary_production)/,
  ],
  ["groupCarbon", /carbon/],
  ["groupSoil", /(clay|soil_ph|bulk_density|soil_depth)/],
  ["groupClimate", /(temperature|precipitation|humidity|wind|radiation|erosivity)/],
];
const ORDER: readonly Word[] = [
  "groupCarbon",
  "groupVegetation",
  "groupErosion",
  "groupWater",
  "groupTerrain",
  "groupSoil",
  "groupMeasures",
  "groupClimate",
  "survey",
  "groupOther",
];

export function groupOf(name: string): Word {
  return SHELVES.find(([, pattern]) => pattern.test(name))?.[0] ?? "groupOther";
}

/** What people look for first stands first; book-keeping totals last. */
const FIRST = [
  "soil_organic_carbon",
  "ecosystem_carbon",
  "vegetation_cover",
  "soil_loss",
  "soil_water",
  "elevation",
];

function rank(layer: LayerInfo): number {
  const at = FIRST.indexOf(layer.name);
  return at >= 0 ? at : layer.name.endsWith("_total") ? 200 : 100;
}

/** Layers by shelf, shelves and layers in reading order. */
export function shelves(layers: readonly LayerInfo[]): [Word, LayerInfo[]][] {
  return ORDER.map((group): [Word, LayerInfo[]] => [
    group,
    layers.filter((l) => groupOf(l.name) === group).sort((a, b) => rank(a) - rank(b)),
  ]).filter(([, found]) => found.length > 0);
}

/** The layer to open with. */
export function favourite(layers: readonly string[]): string | null {
  return FIRST.find((name) => layers.includes(name)) ?? layers[0] ?? null;
}
