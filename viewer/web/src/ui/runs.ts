/** Which run is shown: a plan, its do-nothing control, or the difference of the two. */
import type { RunInfo } from "../api_types";
import { reasonOf } from "../other_grid";
import { pairOf, runOf, type State, withRun } from "../store";
import { type Context, changed, type Part } from "./context";
import { h } from "./dom";

/** Plans, and controls that stand alone. */
function listed(runs: readonly RunInfo[]): RunInfo[] {
  return runs.filter((run) => !run.control || !runs.some((other) => other.id === run.pair));
}

export function runPicker(context: Context): Part {
  const { t, store } = context;
  const select = h("select", {
    "data-testid": "run-picker",
    "aria-label": t("run"),
    onchange: () => store.change((s) => withRun({ ...s, difference: s.difference }, select.value)),
  });
  const none = h("p", { class: "quiet", text: t("noRuns") });
  const elsewhere = h("div", { class: "elsewhere", "data-testid": "runs-elsewhere" });
  const button = (testid: string, text: string, act: () => void) =>
    h("button", { type: "button", "data-testid": testid, text, onclick: act });
  const plan = button("view-plan", t("plan"), () => show(false, false));
  const control = button("view-control", t("control"), () => show(true, false));
  const difference = button("diff-toggle", t("difference"), () =>
    show(false, !store.state.difference),
  );
  const segments = h(
    "div",
    { class: "segments", role: "group", "aria-label": t("compare") },
    plan,
    control,
    difference,
  );
  const element = h(
    "section",
    { class: "section" },
    h("h2", { text: t("run") }),
    select,
    none,
    segments,
    elsewhere,
  );

  function nameOf(run: RunInfo | undefined): string {
    const title = store.state.lang === "zh" ? run?.title_zh : run?.title;
    return title || run?.title || run?.name || run?.id || "";
  }

  function show(wantControl: boolean, wantDifference: boolean): void {
    store.change((state) => {
      const run = runOf(state);
      const pair = pairOf(state);
      const wanted = run && pair && run.control !== wantControl ? pair.id : run?.id;
      const next = wanted && wanted !== state.run ? withRun(state, wanted) : state;
      return { ...next, difference: wantDifference, most: 0, largest: 0 };
    });
  }

  function update(state: State, before: State | null): void {
    if (!changed(state, before, "site", "run", "difference")) return;
    const runs = listed(state.site?.runs ?? []);
    const run = runOf(state);
    const pair = pairOf(state);
    none.hidden = runs.length > 0;
    select.hidden = runs.length === 0;
    select.title = nameOf(runs.find((r) => r.id === run?.id || r.id === pair?.id));
    segments.hidden = !run || (!pair && !run.control);
    select.replaceChildren(
      ...runs.map((r) =>
        h("option", {
          value: r.id,
          selected: r.id === state.run || (r.id === pair?.id && !!run?.control),
          disabled: r.other_grid.length > 0,
          text: r.other_grid.length ? `${nameOf(r)} (${t("otherGrid")})` : nameOf(r),
        }),
      ),
    );
    if (!run)
      select.prepend(
        h("option", { value: "", disabled: true, selected: true, text: t("noneShown") }),
      );
    tellElsewhere(state, runs);
    const diff = state.difference && !!pair;
    press(plan, !!run && !run.control && !diff);
    press(control, !!run?.control && !diff);
    press(difference, diff);
    difference.disabled = !pair;
    difference.title = pair ? "" : t("noControl");
    control.disabled = !pair && !run?.control;
  }

  /** Why runs cannot be chosen, where it is read without pointing at them. */
  function tellElsewhere(state: State, runs: readonly RunInfo[]): void {
    const { site, lang } = state;
    const reasons = site ? runs.map((r) => reasonOf(r, nameOf(r), site, lang)) : [];
    elsewhere.replaceChildren(
      ...reasons.filter((text) => text !== null).map((text) => h("p", { class: "quiet", text })),
    );
    elsewhere.hidden = !elsewhere.childElementCount;
  }

  function press(element: HTMLElement, on: boolean): void {
    element.setAttribute("aria-pressed", String(on));
  }

  return { element, update };
}
