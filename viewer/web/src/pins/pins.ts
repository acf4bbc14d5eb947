/** Sensors as pins: value, age and health; parcel names between them. */
import type { ParcelInfo, SensorInfo } from "../api_types";
import { age, number, unitText } from "../format";
import { type State, staleness } from "../store";
import { type Context, changed } from "../ui/context";
import { h } from "../ui/dom";
import type { Anchored, Overlay } from "./overlay";

/** Where a parcel's name stands: the centre of area of its largest ring. Pure. */
export function centreOf(parcel: ParcelInfo): { x: number; y: number } {
  let best = { x: 0, y: 0, area: 0 };
  for (const ring of parcel.rings) {
    let area = 0;
    let x = 0;
    let y = 0;
    for (let i = 0; i < ring.length; i++) {
      const [ax, ay] = ring[i] ?? [0, 0];
      const [bx, by] = ring[(i + 1) % ring.length] ?? [0, 0];
      const cross = ax * by - bx * ay;
      area += cross / 2;
      x += ((ax + bx) * cross) / 6;
      y += ((ay + by) * cross) / 6;
    }
    if (Math.abs(area) > Math.abs(best.area)) best = { x: x / area, y: y / area, area };
  }
  return best;
}

/** Pixels between a place and its pin; the stem of map.css is as long. */
const RISE = 26;

interface Pin {
  sensor: SensorInfo;
  element: HTMLButtonElement;
  value: HTMLElement;
  age: HTMLElement;
}

export class Pins {
  private pins: Pin[] = [];
  private readonly mark = h("div", {
    class: "place-mark",
    "data-testid": "place-mark",
    "aria-hidden": "true",
  });
  private readonly ticking = setInterval(() => this.refresh(), 1000);

  constructor(
    private readonly context: Context,
    private readonly overlay: Overlay,
  ) {}

  update(state: State, before: State | null): void {
    if (changed(state, before, "site", "parcels", "pins", "lang", "picked")) this.build(state);
    else if (changed(state, before, "latest", "sensor", "connection")) this.refresh();
  }

  private build(state: State): void {
    const { site } = state;
    this.pins = state.pins && site ? site.sensors.map((sensor) => this.pin(sensor)) : [];
    const names: Anchored[] =
      state.parcels && site
        ? site.parcels.map((parcel) => ({
            ...centreOf(parcel),
            yields: true,
            element: h(
              "div",
              { class: "parcel-name", "aria-hidden": "true" },
              h("span", { text: this.context.label(parcel) }),
            ),
          }))
        : [];
    const mark: Anchored[] = state.picked
      ? [{ ...state.picked, element: this.mark, yields: false }]
      : [];
    this.overlay.show([
      ...mark,
      ...this.pins.map(({ sensor, element }) => ({
        element,
        x: sensor.x,
        y: sensor.y,
        yields: false,
        rise: RISE,
      })),
      ...names,
    ]);
    this.refresh();
    this.overlay.measure();
  }

  private pin(sensor: SensorInfo): Pin {
    const { store } = this.context;
    const value = h("span", { class: "pin-value", "data-testid": `pin-value-${sensor.id}` });
    const old = h("span", { class: "pin-age" });
    const element = h(
      "button",
      {
        type: "button",
        class: "pin",
        "data-testid": `pin-${sensor.id}`,
        onclick: () => store.set({ sensor: store.state.sensor === sensor.id ? null : sensor.id }),
      },
      h("span", { class: "dot" }),
      value,
      old,
      h("span", { class: "pin-stem" }),
    );
    return { sensor, element, value, age: old };
  }

  private refresh(): void {
    const { state, t } = this.context;
    const now = Date.now();
    for (const { sensor, element, value, age: old } of this.pins) {
      const latest = state.latest[sensor.id];
      const how = staleness(sensor, latest, now);
      const unit = unitText(sensor.unit);
      const text = latest ? `${number(latest.value, state.lang)}${unit ? ` ${unit}` : ""}` : "–";
      if (value.textContent !== text) {
        value.textContent = text;
        if (element.dataset.state) this.flash(element);
      }
      // While the server is away nobody knows; the pin does not pretend to.
      element.dataset.state = state.connection === "live" ? how : how === "live" ? "unknown" : how;
      element.dataset.chosen = String(state.sensor === sensor.id);
      const aged = latest ? age((now - latest.born) / 1000, state.lang) : t("noReadings");
      if (old.textContent !== aged) old.textContent = aged;
      const label = this.context.label(sensor);
      element.setAttribute(
        "aria-label",
        `${label}: ${text}, ${latest ? t("ageText", aged) : aged}`,
      );
      element.title = label;
    }
  }

  private flash(element: HTMLElement): void {
    element.classList.remove("fresh");
    requestAnimationFrame(() => element.classList.add("fresh"));
  }

  dispose(): void {
    clearInterval(this.ticking);
    this.overlay.show([]);
  }
}
