/** State of the page and how it changes: pure functions over one frozen record. */
import type {
  FeedInfo,
  LayerInfo,
  PointInfo,
  RunInfo,
  SensorInfo,
  SiteInfo,
  SurfaceInfo,
} from "./api_types";
import { favourite } from "./groups";
import type { Lang } from "./i18n";
import type { Seen } from "./palette";
import type { Failure, FeedStatus, View } from "./protocol";

export type Theme = "system" | "light" | "dark";
export type Connection = "connecting" | "live" | "stale" | "reconnecting" | "refused";

/** What colours the ground: a layer of the run or of the survey, or nothing. */
export interface Choice {
  from: "run" | "survey";
  name: string;
  axis: number;
}

export interface Place {
  x: number;
  y: number;
}

export interface Latest {
  time: string;
  value: number;
  /** Milliseconds of this page's clock at which the reading was 0 s old. */
  born: number;
}

export interface State {
  readonly site: SiteInfo | null;
  readonly lang: Lang;
  readonly theme: Theme;
  readonly connection: Connection;
  readonly run: string | null;
  readonly difference: boolean;
  readonly choice: Choice | null;
  /** The ground that is drawn, and another that elevations are compared with. */
  readonly surface: string | null;
  readonly against: string | null;
  /** Step that was asked for, and the one that is on the screen. */
  readonly step: number;
  readonly shown: number;
  readonly playing: boolean;
  readonly speed: number;
  readonly opacity: number;
  readonly exaggeration: number;
  readonly parcels: boolean;
  readonly pins: boolean;
  readonly picked: Place | null;
  readonly point: PointInfo | null;
  readonly sensor: string | null;
  readonly latest: Readonly<Record<string, Latest>>;
  readonly feeds: readonly FeedInfo[];
  /** Largest |plan - control| seen of the shown layer; the legend grows, never shrinks. */
  readonly most: number;
  readonly largest: number;
  /** Range seen of each layer entry in its own unit, by `rangeKey`. */
  readonly ranges: Readonly<Record<string, Seen>>;
  readonly drawer: boolean;
  readonly panel: boolean;
  readonly problem: Failure | null;
}

export const SPEEDS = [1, 2, 4, 8] as const;

export function initial(lang: Lang, theme: Theme): State {
  return {
    site: null,
    lang,
    theme,
    connection: "connecting",
    run: null,
    difference: false,
    choice: null,
    surface: null,
    against: null,
    step: 0,
    shown: -1,
    playing: false,
    speed: 2,
    opacity: 0.85,
    exaggeration: 1,
    parcels: true,
    pins: true,
    picked: null,
    point: null,
    sensor: null,
    latest: {},
    feeds: [],
    most: 0,
    largest: 0,
    ranges: {},
    drawer: false,
    panel: true,
    problem: null,
  };
}

// --- looking things up ----------------------------------------------------------------

/** Runs on the site's grid; the others are named, but their cells are other places. */
export function showable(site: SiteInfo | null): RunInfo[] {
  return site?.runs.filter((run) => !run.other_grid.length) ?? [];
}

export function runOf(state: State, id = state.run): RunInfo | null {
  return showable(state.site).find((run) => run.id === id) ?? null;
}

/** The do-nothing run beside the chosen plan, or the plan beside a control. */
export function pairOf(state: State): RunInfo | null {
  return runOf(state, runOf(state)?.pair ?? null);
}

export function layerOf(state: State, name = state.choice?.name): LayerInfo | null {
  return state.site?.layers.find((layer) => layer.name === name) ?? null;
}

export function sensorOf(state: State): SensorInfo | null {
  return state.site?.sensors.find((sensor) => sensor.id === state.sensor) ?? null;
}

export function stepsOf(state: State): number {
  return Math.max(1, runOf(state)?.times.length ?? 1);
}

/** Layers that can be chosen of the run and of the surface. */
export function choicesOf(state: State): { run: LayerInfo[]; survey: LayerInfo[] } {
  const layers = state.site?.layers ?? [];
  const ofRun = runOf(state)?.layers ?? [];
  const ofSurface = state.site?.surfaces.find((s) => s.id === state.surface)?.layers ?? [];
  return {
    run: layers.filter((l) => ofRun.includes(l.name)),
    survey: layers.filter((l) => ofSurface.includes(l.name)),
  };
}

/** The other ground, where the colours show elevation minus that of it. */
export function comparedWith(state: State): SurfaceInfo | null {
  const { choice, against, surface, site } = state;
  if (choice?.name !== "elevation" || (choice.from === "survey" && against === surface))
    return null;
  return site?.surfaces.find((s) => s.id === against) ?? null;
}

/** True when the colours show plan minus control, or one ground minus another. */
export function differing(state: State): boolean {
  if (comparedWith(state)) return true;
  const pair = pairOf(state);
  return (
    state.difference && state.choice?.from === "run" && !!pair?.layers.includes(state.choice.name)
  );
}

/** What the stream should send: the shown layer, its counterpart, the ground of the run. */
export function viewsOf(state: State): View[] {
  const { choice } = state;
  const run = runOf(state);
  const views: View[] = [];
  if (choice?.from === "survey" && state.surface) {
    views.push({ run: "", layer: choice.name, surface: state.surface });
  }
  const other = comparedWith(state);
  if (choice?.from === "run" && run?.layers.includes(choice.name)) {
    views.push({ run: run.id, layer: choice.name, axis: choice.axis });
    const pair = pairOf(state);
    if (!other && differing(state) && pair) {
      views.push({ run: pair.id, layer: choice.name, axis: choice.axis });
    }
  }
  if (other && views.length) views.push({ run: "", layer: "elevation", surface: other.id });
  if (run?.layers.includes("elevation") && choice?.from !== "survey") {
    if (choice?.name !== "elevation") views.push({ run: run.id, layer: "elevation", axis: 0 });
  }
  return views;
}

function rangeKey(choice: Choice): string {
  return `${choice.from}:${choice.name}:${choice.axis}`;
}

/** What the colours of the shown layer span; null before anything of it was seen. */
export function rangeOf(state: State): Seen | null {
  return (state.choice && state.ranges[rangeKey(state.choice)]) ?? null;
}

/** The stream told the range of a run's layer: colours span the union of all runs seen. */
export function withRange(state: State, range: Seen): State {
  if (!state.choice) return state;
  const key = rangeKey(state.choice);
  const seen = state.ranges[key] ?? range;
  const union: Seen = {
    low: Math.min(range.low, seen.low),
    high: Math.max(range.high, seen.high),
    least: Math.min(range.least, seen.least),
    most: Math.max(range.most, seen.most),
  };
  if (state.ranges[key] && JSON.stringify(union) === JSON.stringify(seen)) return state;
  return { ...state, ranges: { ...state.ranges, [key]: union } };
}

// --- changes ----------------------------------------------------------------------------

function clampStep(state: State, step: number): number {
  return Math.max(0, Math.min(stepsOf(state) - 1, Math.round(step)));
}

function defaultRun(site: SiteInfo): RunInfo | null {
  const runs = showable(site);
  return runs.find((run) => !run.control) ?? runs[0] ?? null;
}

/** Surfaces in order of their date; the newest surveyed one is the ground. */
function defaultSurface(site: SiteInfo): string | null {
  const surveyed = site.surfaces.filter((s) => s.kind === "surveyed");
  const among = surveyed.length ? surveyed : site.surfaces;
  return [...among].sort((a, b) => a.date.localeCompare(b.date)).at(-1)?.id ?? null;
}

/** Keep a choice that still exists, else the favourite layer. */
function settle(state: State): State {
  const { run, survey } = choicesOf(state);
  const known = state.choice?.from === "run" ? run : survey;
  if (state.choice && known.some((layer) => layer.name === state.choice?.name)) return state;
  const best = favourite(run.map((l) => l.name));
  return { ...state, choice: best ? { from: "run", name: best, axis: 0 } : null };
}

/** True when local metres are other places than before: the site was rebuilt. */
function moved(before: SiteInfo | null, now: SiteInfo): boolean {
  return before?.origin_x !== now.origin_x || before.origin_y !== now.origin_y;
}

/** The site as the server tells it, at the start or after it changed. */
export function withSite(state: State, site: SiteInfo, now: number): State {
  const first = state.site === null;
  const run = showable(site).find((r) => r.id === state.run) ?? defaultRun(site);
  const surface = site.surfaces.find((s) => s.id === state.surface)?.id ?? defaultSurface(site);
  const against = site.surfaces.find((s) => s.id === state.against)?.id ?? null;
  const latest = { ...state.latest };
  for (const sensor of site.sensors) {
    if (!sensor.latest) continue;
    const { time, value, age_s } = sensor.latest;
    latest[sensor.id] = { time, value, born: now - age_s * 1000 };
  }
  const next = settle({
    ...state,
    site,
    run: run?.id ?? null,
    surface,
    against,
    latest,
    feeds: site.feeds ?? [],
    ...(moved(state.site, site) && { picked: null, point: null }),
  });
  return { ...next, step: clampStep(next, first ? stepsOf(next) - 1 : next.step) };
}

export function withRun(state: State, id: string): State {
  if (!runOf(state, id)) return state;
  const next = settle({ ...state, run: id, most: 0, largest: 0, point: null });
  return { ...next, step: clampStep(next, next.step) };
}

export function withChoice(state: State, choice: Choice | null): State {
  return { ...state, choice, most: 0, largest: 0, point: null };
}

/** Draw another ground; what it is compared with stays, unless it is the same. */
export function withSurface(state: State, id: string): State {
  const against = state.against === id ? null : state.against;
  return { ...state, surface: id, against, most: 0, largest: 0, point: null };
}

/** Compare elevations with another ground; null: with none. */
export function withAgainst(state: State, id: string | null): State {
  const next = { ...state, against: id, most: 0, largest: 0, point: null };
  if (!id || (state.choice?.name === "elevation" && state.choice.from === "run")) return next;
  return { ...next, choice: { from: "survey", name: "elevation", axis: 0 } };
}

export function withStep(state: State, step: number): State {
  return { ...state, step: clampStep(state, step) };
}

/** Play from where it stands, or from the start when it stands at the end. */
export function withPlaying(state: State, playing: boolean): State {
  const atEnd = state.step >= stepsOf(state) - 1;
  return {
    ...state,
    playing: playing && stepsOf(state) > 1,
    step: playing && atEnd ? 0 : state.step,
  };
}

/** One step on while playing; stops at the end. */
export function advanced(state: State): State {
  if (state.step >= stepsOf(state) - 1) return { ...state, playing: false };
  return { ...state, step: state.step + 1 };
}

export function withReading(
  state: State,
  reading: { sensor: string; time: string; value: number; age_s: number },
  now: number,
): State {
  const known = state.latest[reading.sensor];
  if (known && Date.parse(known.time) > Date.parse(reading.time)) return state; // late: not the latest
  const { sensor, time, value, age_s } = reading;
  return {
    ...state,
    latest: { ...state.latest, [sensor]: { time, value, born: now - age_s * 1000 } },
  };
}

export function withFeed(
  state: State,
  feed: { id: string; status: FeedStatus; since: string; message: string },
): State {
  const { id, status, since, message } = feed;
  const feeds = state.feeds.map((f) => (f.id === id ? { ...f, status, since, message } : f));
  return { ...state, feeds };
}

/** A sensor is stale when its last reading is older than it may be, or there is none. */
export function staleness(
  sensor: SensorInfo,
  latest: Latest | undefined,
  now: number,
): "live" | "stale" | "none" {
  if (!latest) return "none";
  return (now - latest.born) / 1000 > sensor.stale_after_s ? "stale" : "live";
}

// --- the one place that holds the state -----------------------------------------------------

export type Listener = (state: State, before: State) => void;

export class Store {
  /** What each listener was told last, so that a change made by a listener loses none. */
  private listeners = new Map<Listener, State>();
  constructor(private current: State) {}

  get state(): State {
    return this.current;
  }

  change(to: (state: State) => State): void {
    const next = to(this.current);
    if (next === this.current) return;
    this.current = next;
    for (const [listener, told] of [...this.listeners]) {
      if (this.listeners.get(listener) !== told || told === this.current) continue;
      this.listeners.set(listener, this.current);
      listener(this.current, told);
    }
  }

  set(patch: Partial<State>): void {
    this.change((state) => ({ ...state, ...patch }));
  }

  on(listener: Listener): () => void {
    this.listeners.set(listener, this.current);
    return () => this.listeners.delete(listener);
  }
}
