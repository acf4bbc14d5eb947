/** The page around the map, made anew for a language; everything is reached by keyboard. */
import type { State } from "../store";
import { type Context, changed, type Part } from "./context";
import { display, feeds } from "./display";
import { h, iconButton } from "./dom";
import { groundPicker } from "./grounds";
import { helpDialog } from "./help";
import { indicators } from "./indicators";
import { layerPicker } from "./layers";
import { legend } from "./legend";
import { pointPanel } from "./point";
import { runPicker } from "./runs";
import { sensorPanel } from "./sensor";
import { timeline } from "./timeline";
import { topbar } from "./topbar";
import { volumes } from "./volumes";

export class Page {
  private parts: Part[] = [];
  private help: ReturnType<typeof helpDialog>;
  private readonly stop: () => void;

  constructor(
    private readonly root: HTMLElement,
    private readonly context: Context,
  ) {
    this.help = helpDialog(context);
    this.build();
    this.stop = context.store.on((state, before) => this.update(state, before));
  }

  showHelp(): void {
    this.help.show();
  }

  private build(): void {
    const { context } = this;
    this.clear();
    this.help = helpDialog(context);
    const left = [
      runPicker(context),
      groundPicker(context),
      volumes(context),
      layerPicker(context),
      display(context),
      feeds(context),
    ];
    const key = legend(context);
    const panel = h(
      "nav",
      { class: "panel card", "aria-label": context.t("panels"), "data-testid": "panel" },
      h("div", { class: "panel-scroll" }, ...left.map((part) => part.element)),
      key.element,
    );
    const bar = topbar(context, () => this.showHelp());
    const time = timeline(context);
    const point = pointPanel(context);
    const sensor = sensorPanel(context);
    const table = indicators(context);
    const home = h(
      "div",
      { class: "map-buttons card" },
      iconButton("home", context.t("keyHome"), context.actions.home, { "data-testid": "home" }),
    );
    const panelPart: Part = {
      element: panel,
      update: (state, before) => {
        if (changed(state, before, "panel")) this.root.classList.toggle("no-panel", !state.panel);
      },
    };
    this.parts = [
      bar,
      ...left,
      key,
      panelPart,
      time,
      point,
      sensor,
      table,
      problem(context),
      this.help,
    ];
    const note = this.parts.at(-2)?.element ?? "";
    this.root.replaceChildren(
      bar.element,
      panel,
      home,
      point.element,
      sensor.element,
      note,
      h("div", { class: "bottom" }, table.element, time.element),
      this.help.element,
    );
    for (const part of this.parts) part.update(context.state, null);
  }

  private update(state: State, before: State): void {
    if (state.lang !== before.lang) {
      const focused = (document.activeElement as HTMLElement | null)?.dataset.testid;
      this.build();
      this.root.querySelector<HTMLElement>(`[data-testid="${focused}"]`)?.focus();
      return;
    }
    for (const part of this.parts) part.update(state, before);
  }

  private clear(): void {
    for (const part of this.parts) part.dispose?.();
    this.parts = [];
  }

  dispose(): void {
    this.stop();
    this.clear();
    this.root.replaceChildren();
  }
}

/** What went wrong, why, and how to mend it. */
function problem(context: Context): Part {
  const { t, store } = context;
  const text = h("div", {});
  const element = h(
    "div",
    { class: "problem card", role: "alert", "data-testid": "problem" },
    text,
    iconButton("close", t("dismiss"), () => store.set({ problem: null })),
  );
  function update(state: State, before: State | null): void {
    if (!changed(state, before, "problem")) return;
    element.hidden = !state.problem;
    const { what = "", why = "", mend = "" } = state.problem ?? {};
    text.replaceChildren(
      h("strong", { text: what }),
      ...[why, mend].filter(Boolean).map((line) => h("p", { text: line })),
    );
  }
  return { element, update };
}
