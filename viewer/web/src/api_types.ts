/**
 * What the HTTP routes answer (viewer/routes_*.py). Written by the server's side.
 *
 * Units: frames, `low`, `high` and the points of /api/point are in the Var's own unit
 * (`unit_own`); value shown to people = value * scale, in `unit`.
 * Places: metres east and north of the grid's centre; heights minus `origin_z`.
 */
import type { Failure, FeedStatus } from "./protocol";

export interface LayerInfo {
  name: string;
  /** Frames of axis entry k carry `index + k` as their layer. */
  index: number;
  label: string;
  label_zh: string;
  unit_own: string;
  /** Unit for people: value * scale. */
  unit: string;
  scale: number;
  colours: string;
  /** Range over all runs in the own unit, null until a run was read. */
  low: number | null;
  high: number | null;
  source: string;
  /** Labels of the entries of an axis (plant types). */
  axis?: string[];
}

export interface SurfaceInfo {
  id: string;
  /** Run index of its frames. */
  index: number;
  date: string;
  kind: "surveyed" | "designed" | "as-built" | "simulated";
  source: string;
  /** Levels of its terrain tiles, 0 finest; level L has a sample every cell * 2^L metres. */
  levels: number;
  low: number;
  high: number;
  /** Further rasters, to subscribe to with run "" and this surface. */
  layers: string[];
}

export interface ParcelInfo {
  id: string;
  label: string;
  label_zh: string;
  rings: [number, number][][];
}

export interface LatestReading {
  time: string;
  value: number;
  age_s: number;
}

export interface SensorInfo {
  id: string;
  label: string;
  label_zh: string;
  x: number;
  y: number;
  z: number;
  var: string;
  var_label: string;
  var_label_zh: string;
  unit: string;
  owner: string;
  stale_after_s: number;
  latest: LatestReading | null;
}

/** One thing in which the grid of a run differs from that of the site. */
export interface GridDifference {
  what: "crs" | "vertical" | "cell" | "west" | "north" | "shape" | "active";
  run: string;
  site: string;
}

export interface RunInfo {
  id: string;
  index: number;
  name: string;
  title: string;
  title_zh: string;
  status: "running" | "finished";
  control: boolean;
  /** Id of the control of a plan, or of the plan of a control. */
  pair: string | null;
  times: string[];
  layers: string[];
  code_version: string;
  /** Largest relative residual of each balance; empty while it runs. */
  closure: Record<string, number>;
  /** Not empty: made before the site was rebuilt on another grid, and not to be shown. */
  other_grid: GridDifference[];
}

export interface FeedInfo {
  id: string;
  kind: string;
  status: FeedStatus;
  since: string;
  message: string;
  owner: string;
  last_arrival: string | null;
  latency_s: number | null;
  stored: number;
  refused: number;
}

export interface SiteInfo {
  name: string;
  name_zh: string;
  synthetic: boolean;
  crs: string;
  vertical: string;
  cell: number;
  timezone: string | null;
  grid: { west: number; north: number; rows: number; cols: number };
  /** Map coordinates of the local origin. */
  origin_x: number;
  origin_y: number;
  origin_z: number;
  epoch: string;
  offset: number;
  surfaces: SurfaceInfo[];
  parcels: ParcelInfo[];
  sensors: SensorInfo[];
  feeds: FeedInfo[];
  runs: RunInfo[];
  /** The site was built anew since the server started. */
  rebuilt: boolean;
  layers: LayerInfo[];
}

/** GET /api/point?run=&layer=&x=&y=[&axis=][&surface=]; values in the own unit. */
export interface PointInfo {
  layer: string;
  label: string;
  label_zh: string;
  unit: string;
  unit_own: string;
  scale: number;
  source: string;
  x: number;
  y: number;
  map_x: number;
  map_y: number;
  row: number;
  column: number;
  elevation: number | null;
  parcel: string | null;
  run: string;
  value: number | null;
  /** Standard error where one is known (elevation of a surface). */
  error: number | null;
  times: string[];
  values: (number | null)[];
  /** Same cell in the other run of the pair. */
  control: string | null;
  control_values: (number | null)[] | null;
}

/** A volume with its interval, m3. */
export interface Amount {
  value: number;
  error: number;
  low_95: number;
  high_95: number;
}

/** GET /api/change?a=&b=[&move=level|coregister]: from ground a to ground b. */
export interface ChangeInfo {
  a: { id: string; date: string };
  b: { id: string; date: string };
  bias: { bias: number; bias_error: number; removed: number | null };
  stable_ground: { origin: "given" | "found"; share: number; spread: number };
  parcels: {
    parcel: string;
    net: Amount;
    cut: Amount;
    fill: Amount;
    significant: number;
  }[];
  left_out: string[];
}

export interface TableInfo {
  columns: string[];
  rows: (string | number | null)[][];
  /** Rows beyond the most that are sent. */
  left_out: number;
  /** Unit and labels of indicators (not with /api/ledger). */
  heads?: { name: string; unit: string; label: string; label_zh: string }[];
}

export interface SensorReadings {
  sensor: string;
  unit: string;
  times: string[];
  values: number[];
}

export interface FailureBody {
  error: Failure;
}
