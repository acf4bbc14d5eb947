import { expect, test } from "vitest";
import type { ShownView } from "../src/protocol";
import { initial, withSite } from "../src/store";
import { csv, records, rowsAt } from "../src/ui/indicators";
import { frameOf, partsOf } from "../src/views";
import { site } from "./fixtures";

const shownView = (run: string, layer: string): ShownView => ({
  run,
  layer,
  axis: 0,
  surface: "",
  index: 1,
  wire: 2,
  level: 0,
  step: 2,
  time: "",
  frames: 1,
  keyframe: true,
});

test("a raster has at most 2048 cells a side", () => {
  const large = site();
  large.grid = { west: 0, north: 0, rows: 5000, cols: 3001 };

  expect(frameOf(large)).toMatchObject({ level: 2, rows: 1250, cols: 751, texel: 20 });
  expect(frameOf(site())).toMatchObject({ level: 0, rows: 300, cols: 200, texel: 5 });
});

test("shown views find their parts, and views that are not wanted any more none", () => {
  const state = withSite(initial("en", "system"), site(), 0);
  const soil = shownView("plan", "soil_organic_carbon");
  const ground = shownView("plan", "elevation");

  expect(partsOf(state, [soil, ground])).toEqual({ layer: soil, control: null, ground });
  expect(partsOf(state, [shownView("plan", "soil_loss"), ground])).toBeNull();
  expect(partsOf({ ...state, choice: null }, [ground])).toEqual({
    layer: null,
    control: null,
    ground,
  });
});

test("indicators are those of the shown date, or of the last before it", () => {
  const table = {
    columns: ["parcel", "date", "soc"],
    rows: [
      ["dump", "2025-01-01", 1],
      ["dump", "2026-01-01", 2],
    ],
    left_out: 0,
  };

  expect(rowsAt(records(table), "2026-06-01")).toEqual([
    { parcel: "dump", date: "2026-01-01", soc: 2 },
  ]);
  expect(rowsAt(records(table), "2000-01-01")[0]?.soc).toBe(1);
});

test("a table is saved as CSV that spreadsheets read", () => {
  expect(csv({ columns: ["a", "b"], rows: [['say "x", y', null]], left_out: 0 })).toBe(
    'a,b\r\n"say ""x"", y",',
  );
});
