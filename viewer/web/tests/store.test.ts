import { describe, expect, test } from "vitest";
import {
  advanced,
  comparedWith,
  differing,
  initial,
  rangeOf,
  type State,
  Store,
  staleness,
  viewsOf,
  withAgainst,
  withChoice,
  withPlaying,
  withRange,
  withReading,
  withRun,
  withSite,
  withStep,
  withSurface,
} from "../src/store";
import { site } from "./fixtures";

const opened = (): State => withSite(initial("en", "system"), site(), 0);

describe("opening a site", () => {
  test("shows the plan, its favourite layer and the newest survey, at the end of time", () => {
    const state = opened();

    expect(state.run).toBe("plan");
    expect(state.choice).toEqual({ from: "run", name: "soil_organic_carbon", axis: 0 });
    expect(state.surface).toBe("new");
    expect(state.step).toBe(2);
  });

  test("keeps what a person chose when the site is told anew", () => {
    const chosen = withStep(withChoice(opened(), { from: "run", name: "soil_loss", axis: 0 }), 1);

    const again = withSite(chosen, site(), 0);

    expect(again.choice?.name).toBe("soil_loss");
    expect(again.step).toBe(1);
  });

  test("forgets a picked place when local metres are other places", () => {
    const picked = { ...opened(), picked: { x: 1, y: 2 } };

    expect(withSite(picked, site(), 0).picked).toEqual({ x: 1, y: 2 });
    expect(withSite(picked, { ...site(), origin_x: 50 }, 0).picked).toBeNull();
  });

  test("falls back when the chosen run is gone", () => {
    const fewer = site();
    fewer.runs = fewer.runs.filter((run) => run.id !== "plan");

    expect(withSite(opened(), fewer, 0).run).toBe("plan-control");
  });
});

describe("comparing grounds", () => {
  const compared = (): State => withAgainst(opened(), "old");

  test("shows the elevation of the ground less that of the other", () => {
    const state = compared();

    expect(state.choice).toEqual({ from: "survey", name: "elevation", axis: 0 });
    expect(differing(state)).toBe(true);
    expect(viewsOf(state)).toEqual([
      { run: "", layer: "elevation", surface: "new" },
      { run: "", layer: "elevation", surface: "old" },
    ]);
  });

  test("takes the projected ground of a run as well", () => {
    const run = withChoice(opened(), { from: "run", name: "elevation", axis: 0 });

    expect(viewsOf(withAgainst(run, "old"))).toEqual([
      { run: "plan", layer: "elevation", axis: 0 },
      { run: "", layer: "elevation", surface: "old" },
    ]);
  });

  test("ends with another layer, the same ground, or a ground that is gone", () => {
    const other = withChoice(compared(), { from: "run", name: "soil_loss", axis: 0 });
    const gone = site();
    gone.surfaces = gone.surfaces.filter((s) => s.id !== "old");

    expect(comparedWith(other)).toBeNull();
    expect(withSurface(compared(), "old").against).toBeNull();
    expect(comparedWith(withSite(compared(), gone, 0))).toBeNull();
  });
});

describe("runs of another grid", () => {
  const rebuilt = (...ids: string[]) => {
    const told = site();
    for (const run of told.runs)
      if (ids.includes(run.id)) run.other_grid = [{ what: "cell", run: "5 m", site: "8 m" }];
    return told;
  };

  test("are left for one that can be shown, at the start and when the site is told anew", () => {
    const told = rebuilt("plan");

    expect(withSite(initial("en", "system"), told, 0).run).toBe("plan-control");
    expect(withSite(opened(), told, 0).run).toBe("plan-control");
  });

  test("cannot be chosen, nor stand as the other of a difference", () => {
    const state = { ...withSite(opened(), rebuilt("plan"), 0), difference: true };

    expect(withRun(state, "plan")).toBe(state);
    expect(differing(state)).toBe(false);
    expect(viewsOf(state).map((view) => view.run)).toEqual(["plan-control", "plan-control"]);
  });

  test("leave the ground alone when there is no other", () => {
    const state = withSite(opened(), rebuilt("plan", "plan-control"), 0);

    expect([state.run, state.choice]).toEqual([null, null]);
    expect(viewsOf(state)).toEqual([]);
  });
});

describe("what the stream is asked for", () => {
  test("is the layer and the ground of its run", () => {
    expect(viewsOf(opened())).toEqual([
      { run: "plan", layer: "soil_organic_carbon", axis: 0 },
      { run: "plan", layer: "elevation", axis: 0 },
    ]);
  });

  test("has the control between them for a difference", () => {
    const state = { ...opened(), difference: true };

    expect(differing(state)).toBe(true);
    expect(viewsOf(state).map((view) => view.run)).toEqual(["plan", "plan-control", "plan"]);
  });

  test("never asks for the elevation twice", () => {
    const state = withChoice(opened(), { from: "run", name: "elevation", axis: 0 });

    expect(viewsOf(state)).toHaveLength(1);
  });

  test("is the raster of a survey without any run", () => {
    const state = withChoice(opened(), { from: "survey", name: "canopy_height", axis: 0 });

    expect(viewsOf(state)).toEqual([{ run: "", layer: "canopy_height", surface: "new" }]);
    expect(differing({ ...state, difference: true })).toBe(false);
  });
});

describe("time", () => {
  test("stays within the run", () => {
    expect(withStep(opened(), 99).step).toBe(2);
    expect(withStep(opened(), -1).step).toBe(0);
  });

  test("plays from the start when it stands at the end, and stops there", () => {
    let state = withPlaying(opened(), true);
    expect([state.step, state.playing]).toEqual([0, true]);

    for (let i = 0; i < 5; i++) state = advanced(state);
    expect([state.step, state.playing]).toEqual([2, false]);
  });
});

describe("readings", () => {
  const reading = { sensor: "s", time: "2026-01-01T10:00:00Z", value: 1, age_s: 5 };

  test("a late one does not replace a newer one", () => {
    const now = withReading(opened(), reading, 100_000);
    const late = withReading(now, { ...reading, time: "2026-01-01T09:00:00Z", value: 9 }, 100_000);

    expect(late).toBe(now);
    expect(now.latest.s).toEqual({ time: reading.time, value: 1, born: 95_000 });
  });

  test("are stale after the time that the sensor says", () => {
    const sensor = {
      id: "s", label: "", label_zh: "", x: 0, y: 0, z: 0, var: "", var_label: "",
      var_label_zh: "", unit: "", owner: "", stale_after_s: 60, latest: null,
    }; // biome-ignore format: one line per fact is enough
    const latest = { time: "", value: 1, born: 0 };

    expect(staleness(sensor, latest, 60_000)).toBe("live");
    expect(staleness(sensor, latest, 61_000)).toBe("stale");
    expect(staleness(sensor, undefined, 0)).toBe("none");
  });
});

test("the legend's range grows by what the stream tells and forgets nothing", () => {
  const state = withRange(withRange(opened(), { low: -1, high: 3, least: -2, most: 3 }), {
    low: 2,
    high: 9,
    least: 2,
    most: 10,
  });

  expect(rangeOf(state)).toEqual({ low: -1, high: 9, least: -2, most: 10 });
});

test("another run keeps the layer and the year", () => {
  const state = withRun(withStep(opened(), 1), "plan-control");

  expect([state.run, state.choice?.name, state.step]).toEqual([
    "plan-control",
    "soil_organic_carbon",
    1,
  ]);
});

test("a listener that changes the state hides no change from the others", () => {
  const store = new Store(opened());
  const told: [number, number][] = [];
  store.on((state) => {
    if (state.step === 1) store.change((s) => withStep(s, 0));
  });
  store.on((state, before) => told.push([before.step, state.step]));

  store.change((s) => withStep(s, 1));

  expect(told.at(0)?.[0]).toBe(2);
  expect(told.at(-1)?.[1]).toBe(0);
});
