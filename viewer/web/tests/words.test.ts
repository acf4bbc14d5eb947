import { expect, test } from "vitest";
import { COLOUR_MAPS, ENTRIES } from "../src/colours";
import { age, alike, day, decimalsFor, number, signed, unitText } from "../src/format";
import { favourite, groupOf, shelves } from "../src/groups";
import { languageOf, TEXT, translate, type Word } from "../src/i18n";
import { reasonOf } from "../src/other_grid";
import { colourAt, colourBytes, niceAbove, spanOf, symmetric, ticks, usable } from "../src/palette";
import { site } from "./fixtures";

test.each(Object.entries(TEXT))("%s is said in both languages with the same blanks", (_, both) => {
  const [en, zh] = both;
  const blanks = (text: string) => (text.match(/\{\d\}/g) ?? []).sort();

  expect(en.trim()).not.toBe("");
  expect(zh.trim()).not.toBe("");
  expect(blanks(zh)).toEqual(blanks(en));
});

test("every Chinese text that is no shared sign has Chinese characters", () => {
  const shared: Word[] = ["language"];
  const without = Object.entries(TEXT)
    .filter(([word, [, zh]]) => !shared.includes(word as Word) && !/[\u4e00-\u9fff]/.test(zh))
    .map(([word]) => word);

  expect(without).toEqual([]);
});

test("blanks are filled", () => {
  expect(translate("en", "ageText", "5 min")).toBe("5 min ago");
  expect(translate("zh", "ageText", "5 分钟")).toBe("5 分钟前");
  expect(languageOf(["zh-TW", "en"])).toBe("zh");
});

test("units are printed with raised exponents", () => {
  expect(unitText("t ha-1 year-1")).toBe("t ha⁻¹ a⁻¹");
  expect(unitText("kg m-2")).toBe("kg m⁻²");
  expect(unitText("1")).toBe("");
  expect(unitText("degC")).toBe("°C");
  expect(unitText("percent")).toBe("%");
});

test("numbers have four significant digits and can be read back", () => {
  expect(number(0.271, "en")).toBe("0.271");
  expect(number(1234.56, "en")).toBe("1,235");
  expect(number(-12.3456, "en")).toBe("-12.35");
  expect(number(null, "en")).toBe("–");
  expect(signed(2, "zh")).toBe("+2");
  expect(decimalsFor(0)).toBe(0);
  expect(alike([5.6, 5.701, -0.1011], "en")).toEqual(["5.60", "5.70", "-0.10"]);
});

test("ages and dates", () => {
  expect(age(59, "en")).toBe("59 s");
  expect(age(7300, "zh")).toBe("2 小时");
  expect(day("2055-01-01", "zh")).toBe("2055年1月1日");
  expect(day("2055-01-01", "en")).toBe("1 Jan 2055");
});

test("every colour map has all its entries", () => {
  for (const hex of Object.values(COLOUR_MAPS))
    expect(hex).toMatch(new RegExp(`^[0-9a-f]{${ENTRIES * 6}}$`));
});

test("a colour lies between its neighbours, the ends beyond the ends", () => {
  const bytes = colourBytes("vik");
  const hex = COLOUR_MAPS.vik ?? "";

  expect(colourAt(bytes, -1)).toBe(`#${hex.slice(0, 6)}`);
  expect(colourAt(bytes, 2)).toBe(`#${hex.slice(-6)}`);
  expect(colourAt(bytes, 0.5)).not.toBe(colourAt(bytes, 0.6));
});

test("legends have round numbers; differences are centred on zero", () => {
  expect(niceAbove(4.43)).toBe(5);
  expect(symmetric(4.43)).toEqual({ low: -5, high: 5 });
  expect(ticks({ low: 6.6, high: 53 }, 5)).toEqual([10, 20, 30, 40, 50]);
  expect(ticks({ low: -5, high: 5 }, 4)).toContain(0);
  expect(usable(3, 3).high).toBeGreaterThan(3);
});

test("typical values span the colours, from zero where that is near", () => {
  expect(spanOf({ low: 0, high: 900 }, [1, 60])).toEqual({ low: 0, high: 60, least: 0, most: 900 });
  expect(spanOf({ low: 1100, high: 1300 }, [1150, 1280]).low).toBe(1150);
  expect(spanOf({ low: 0, high: 900 }, [0, 0])).toEqual({ low: 0, high: 900, least: 0, most: 900 });
});

test("layers stand on shelves, the favourite first", () => {
  expect(groupOf("soil_organic_carbon")).toBe("groupCarbon");
  expect(groupOf("biomass_carbon_above")).toBe("groupVegetation");
  expect(groupOf("soil_moisture_deficit")).toBe("groupWater");
  expect(groupOf("something_new")).toBe("groupOther");
  expect(shelves(site().layers).flatMap(([, layers]) => layers)).toHaveLength(4);
  expect(favourite(["elevation", "soil_loss"])).toBe("soil_loss");
});

test("a run of another grid says what differs and how to mend it, in both languages", () => {
  const told = site();
  const run = told.runs[0];
  if (!run) throw new Error("the fixture has a run");
  expect(reasonOf(run, "Plan", told, "en")).toBeNull();
  run.other_grid = [
    { what: "cell", run: "5 m", site: "8 m" },
    { what: "active", run: "3", site: "0" },
  ];

  const english = reasonOf(run, "Plan", told, "en");
  const chinese = reasonOf(run, "方案", { ...told, rebuilt: true }, "zh");

  expect(english).toContain("'Plan' was made on another grid");
  expect(english).toContain("cell 5 m, now 8 m; 3 of its cells have no ground now");
  expect(english).toContain("Run the scenario again.");
  expect(chinese).toContain("栅格边长 5 m,现为 8 m;其中 3 个栅格");
  expect(chinese).toContain("minetwin serve");
});
