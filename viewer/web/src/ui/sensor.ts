/** A sensor's card: latest value, how old it is, whose it is, and its last day. */
import { fetchReadings } from "../api";
import type { SensorReadings } from "../api_types";
import { age, clock, number, seconds, unitText } from "../format";
import { type State, sensorOf, staleness } from "../store";
import { Chart } from "./chart";
import { type Context, changed, type Part } from "./context";
import { h, iconButton } from "./dom";

const REFRESH_MS = 1500;
const HOURS = 24;

export function sensorPanel(context: Context): Part {
  const { t, store } = context;
  const heading = h("h2", {});
  const status = h("p", { class: "status", "data-testid": "sensor-status" });
  const value = h("span", { class: "big", "data-testid": "sensor-value" });
  const unit = h("span", { class: "unit", "data-testid": "sensor-unit" });
  const what = h("p", { class: "what" });
  const spark = h("div", { class: "chart", "data-testid": "sensor-chart", role: "img" });
  const facts = h("dl", { class: "facts" });
  const element = h(
    "aside",
    { class: "side card", "data-testid": "sensor-panel", "aria-label": t("sensor"), tabindex: -1 },
    h(
      "div",
      { class: "side-head" },
      heading,
      iconButton("close", t("close"), () => store.set({ sensor: null })),
    ),
    h(
      "div",
      { class: "point-body" },
      status,
      what,
      h("p", { class: "reading" }, value, " ", unit),
      h("div", { class: "chart-title" }, h("h3", { text: t("lastDay") })),
      spark,
      facts,
    ),
  );
  let plot: Chart | null = null;
  let readings: SensorReadings | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const ticking = setInterval(() => said(store.state), 1000);

  function update(state: State, before: State | null): void {
    element.hidden = !state.sensor;
    if (!state.sensor) return;
    if (state.sensor !== before?.sensor) {
      readings = null;
      load();
    }
    if (changed(state, before, "sensor", "site", "theme")) {
      fill(state);
      draw(state);
    }
    if (state.latest[state.sensor] !== before?.latest[state.sensor]) {
      said(state);
      clearTimeout(timer);
      timer = setTimeout(load, REFRESH_MS);
    }
  }

  function fill(state: State): void {
    const sensor = sensorOf(state);
    if (!sensor) return;
    heading.textContent = context.label(sensor);
    what.textContent = context.label({ label: sensor.var_label, label_zh: sensor.var_label_zh });
    unit.textContent = unitText(sensor.unit) || t("dimensionless");
    spark.setAttribute("aria-label", t("chartOf", what.textContent));
    said(state);
  }

  function said(state: State): void {
    const sensor = sensorOf(state);
    if (!sensor) return;
    const latest = state.latest[sensor.id];
    const how = staleness(sensor, latest, Date.now());
    status.dataset.state = how;
    const limit = age(sensor.stale_after_s, state.lang);
    status.textContent =
      how === "live"
        ? t("sensorLive")
        : how === "stale"
          ? t("sensorStale", limit)
          : t("noReadings");
    value.textContent = number(latest?.value ?? null, state.lang);
    const old = latest ? (Date.now() - latest.born) / 1000 : 0;
    const zone = state.site?.timezone ?? "UTC";
    facts.replaceChildren(
      h("dt", { text: t("observed") }),
      h("dd", {
        text: latest
          ? `${clock(latest.time, state.lang, zone)} · ${t("ageText", age(old, state.lang))}`
          : "–",
      }),
      ...(sensor.owner ? [h("dt", { text: t("owner") }), h("dd", { text: sensor.owner })] : []),
    );
  }

  async function load(): Promise<void> {
    const { sensor } = store.state;
    if (!sensor) return;
    try {
      readings = await fetchReadings(sensor, HOURS);
      if (readings.sensor === store.state.sensor) draw(store.state);
    } catch {
      readings = null; // the connection light already says that the server is away
    }
  }

  function draw(state: State): void {
    plot?.dispose();
    plot = null;
    const sensor = sensorOf(state);
    spark.hidden = !readings || readings.times.length < 2;
    if (!readings || !sensor || spark.hidden) return;
    plot = new Chart(spark, {
      times: readings.times.map(seconds),
      unit: unitText(sensor.unit),
      lang: state.lang,
      lines: [{ label: context.label(sensor), values: readings.values, colour: "--plan" }],
      width: spark.clientWidth || 300,
      height: 150,
      axis: "clock",
      timeZone: state.site?.timezone ?? "UTC",
    });
  }

  function dispose(): void {
    clearInterval(ticking);
    clearTimeout(timer);
    plot?.dispose();
  }

  return { element, update, dispose };
}
