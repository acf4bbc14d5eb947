/** What is at a place: value, unit, source, elevation, parcel, and the chart through time. */
import type { PointInfo } from "../api_types";
import { alike, day, number, seconds, signed, unitText } from "../format";
import { comparedWith, differing, runOf, type State, withStep } from "../store";
import { Chart } from "./chart";
import { type Context, changed, type Part } from "./context";
import { h, iconButton } from "./dom";

/** Index of the time that is shown, in the times of the answer. */
function indexOf(point: PointInfo, state: State): number {
  return Math.min(Math.max(0, state.shown), point.times.length - 1);
}

export function pointPanel(context: Context): Part {
  const { t, store, actions } = context;
  const heading = h("h2", { "data-testid": "point-parcel" });
  const what = h("p", { class: "what" });
  const value = h("span", { class: "big", "data-testid": "point-value" });
  const unit = h("span", { class: "unit", "data-testid": "point-unit" });
  const when = h("p", { class: "quiet", "data-testid": "point-date" });
  const both = h("dl", { class: "pair" });
  const chart = h("div", { class: "chart", "data-testid": "point-chart", role: "img" });
  const key = h("div", { class: "chart-key" });
  const facts = h("dl", { class: "facts" });
  const chartTitle = h("div", { class: "chart-title" });
  const body = h(
    "div",
    { class: "point-body" },
    what,
    h("p", { class: "reading" }, value, " ", unit),
    when,
    both,
    chartTitle,
    chart,
    key,
    facts,
  );
  const element = h(
    "aside",
    { class: "side card", "data-testid": "point-panel", "aria-label": t("place"), tabindex: -1 },
    h(
      "div",
      { class: "side-head" },
      heading,
      iconButton("close", t("close"), actions.closePoint, { "data-testid": "point-close" }),
    ),
    body,
  );
  let plot: Chart | null = null;

  function update(state: State, before: State | null): void {
    element.hidden = !state.picked || state.sensor !== null;
    if (element.hidden) {
      if (before?.picked) drop();
      return;
    }
    if (changed(state, before, "point", "picked", "theme")) fill(state);
    if (changed(state, before, "point", "shown", "difference", "run", "against", "choice"))
      values(state);
  }

  function drop(): void {
    plot?.dispose();
    plot = null;
  }

  function fill(state: State): void {
    const { point } = state;
    drop();
    chart.hidden = !point?.times.length;
    body.classList.toggle("waiting", !point);
    if (!point) return;
    const parcel = state.site?.parcels.find((p) => p.id === point.parcel);
    heading.textContent = parcel ? context.label(parcel) : t("outsideParcels");
    what.textContent = context.label(point);
    facts.replaceChildren(
      ...fact(t("elevation"), point.elevation === null ? "–" : `${point.elevation.toFixed(1)} m`),
      ...fact(t("coordinates"), t("eastNorth", point.map_x.toFixed(1), point.map_y.toFixed(1))),
      ...fact(t("source"), point.source),
    );
    if (point.times.length > 1) draw(point, state);
    else chart.hidden = true;
    chartTitle.hidden = chart.hidden;
    key.hidden = chart.hidden;
  }

  function fact(name: string, text: string): HTMLElement[] {
    return [h("dt", { text: name }), h("dd", { text })];
  }

  /** Plan and control in that order, whichever of them is chosen. */
  function linesOf(point: PointInfo, state: State) {
    const other = comparedWith(state);
    const isControl = !other && (runOf(state)?.control ?? false);
    const scaled = (values: (number | null)[]) =>
      values.map((v) => (v === null ? null : v * point.scale));
    const own = {
      label: other ? t("thisGround") : t(isControl ? "control" : "plan"),
      values: scaled(point.values),
      control: isControl,
    };
    const found = [own];
    if (point.control_values) {
      found.push({
        label: other ? other.date : t(isControl ? "plan" : "control"),
        values: scaled(point.control_values),
        control: !isControl,
      });
    }
    return found.map(({ label, values, control }) => ({
      label,
      values,
      colour: control ? "--control" : "--plan",
      ...(control && { dash: [6, 4] }),
    }));
  }

  function draw(point: PointInfo, state: State): void {
    const lines = linesOf(point, state);
    const unitName = unitText(point.unit);
    chartTitle.replaceChildren(
      h("h3", { text: t("throughTime") }),
      h("span", { class: "quiet", text: unitName || t("dimensionless") }),
    );
    plot = new Chart(chart, {
      times: point.times.map(seconds),
      lines,
      unit: unitName,
      lang: state.lang,
      width: chart.clientWidth || 300,
      height: 190,
      axis: "years",
      at: null,
      onpick: (step) => store.change((s) => ({ ...withStep(s, step), playing: false })),
    });
    chart.setAttribute("aria-label", t("chartOf", context.label(point)));
    key.replaceChildren(
      ...lines.map((line) =>
        h("span", {
          class: line.colour === "--plan" ? "key plan" : "key control",
          text: line.label,
        }),
      ),
    );
  }

  function values(state: State): void {
    const { point } = state;
    if (!point) return;
    const at = indexOf(point, state);
    const scaled = (list: (number | null)[] | null) => {
      const found = list?.[at];
      return found === null || found === undefined ? null : found * point.scale;
    };
    const own = point.times.length
      ? scaled(point.values)
      : point.value === null
        ? null
        : point.value * point.scale;
    const other = scaled(point.control_values);
    const difference = own !== null && other !== null ? own - other : null;
    const compared = comparedWith(state);
    const isControl = !compared && (runOf(state)?.control ?? false);
    value.textContent = differing(state) ? signed(difference, state.lang) : number(own, state.lang);
    unit.textContent = own === null ? t("noValue") : unitText(point.unit) || t("dimensionless");
    const time = point.times[at];
    when.textContent = time ? t("atDate", day(time, state.lang)) : "";
    both.hidden = other === null;
    const plan = isControl ? other : own;
    const control = isControl ? own : other;
    const change = plan !== null && control !== null ? plan - control : null;
    const [a = "", b = "", c = ""] = alike([plan, control, change], state.lang, compared ? 2 : 0);
    both.replaceChildren(
      ...pair(compared ? (time?.slice(0, 10) ?? "") : t("plan"), a),
      ...pair(compared ? compared.date : t("control"), b),
      ...pair(t("difference"), (change ?? 0) > 0 ? `+${c}` : c),
    );
    plot?.moveTo(time ? seconds(time) : null);
  }

  function pair(name: string, text: string): HTMLElement[] {
    return [h("div", {}, h("dt", { text: name }), h("dd", { text }))];
  }

  return { element, update, dispose: drop };
}
