/** Time: a slider with years below it, play, steps and speed. */
import { day } from "../format";
import { advanced, runOf, SPEEDS, type State, stepsOf, withPlaying, withStep } from "../store";
import { type Context, changed, type Part } from "./context";
import { h, icon, iconButton } from "./dom";

/** Steps to label with their year: at most `most`, at round distances. Pure. */
export function yearMarks(
  times: readonly string[],
  most: number,
): { step: number; year: string }[] {
  const years = times.map((time) => Number(time.slice(0, 4)));
  const first = years[0] ?? 0;
  const span = (years.at(-1) ?? first) - first;
  const every = [1, 2, 5, 10, 20, 25, 50, 100, 200, 500].find((e) => span / e <= most) ?? 1000;
  const marks: { step: number; year: string }[] = [];
  years.forEach((year, step) => {
    const fresh = step === 0 || year !== years[step - 1];
    if (fresh && (year - first) % every === 0) marks.push({ step, year: String(year) });
  });
  return marks;
}

export function timeline(context: Context): Part {
  const { t, store } = context;
  const input = h("input", {
    type: "range",
    min: 0,
    max: 1,
    step: 1,
    value: 0,
    class: "time-slider",
    "data-testid": "time-slider",
    "aria-label": t("time"),
    oninput: () => store.change((s) => ({ ...withStep(s, Number(input.value)), playing: false })),
  });
  const date = h("output", { class: "date", "data-testid": "shown-date" });
  const marks = h("div", { class: "year-marks", "aria-hidden": "true" });
  const play = iconButton(
    "play",
    t("play"),
    () => store.change((s) => withPlaying(s, !s.playing)),
    {
      class: "icon-button play",
      "data-testid": "play",
    },
  );
  const move = (by: number) =>
    store.change((s) => ({ ...withStep(s, s.step + by), playing: false }));
  const speed = h(
    "select",
    {
      class: "speed",
      "aria-label": t("speed"),
      title: t("speed"),
      "data-testid": "speed",
      onchange: () => store.set({ speed: Number(speed.value) }),
    },
    ...SPEEDS.map((s) =>
      h("option", {
        value: s,
        text: `${s}×`,
        title: t("perSecond", s),
        selected: s === store.state.speed,
      }),
    ),
  );
  const element = h(
    "section",
    { class: "timeline card", "data-testid": "timeline", "aria-label": t("time") },
    h(
      "div",
      { class: "transport" },
      iconButton("back", t("back"), () => move(-1), { "data-testid": "step-back" }),
      play,
      iconButton("forward", t("forward"), () => move(1), { "data-testid": "step-forward" }),
    ),
    h("div", { class: "track" }, input, marks),
    date,
    speed,
  );
  let timer: ReturnType<typeof setTimeout> | undefined;

  function update(state: State, before: State | null): void {
    const times = runOf(state)?.times ?? [];
    element.hidden = times.length < 2;
    if (changed(state, before, "site", "run")) {
      input.max = String(stepsOf(state) - 1);
      marks.replaceChildren(
        ...yearMarks(times, 8).map(({ step, year }) => {
          const mark = h("span", { text: year });
          mark.style.left = `${(step / Math.max(1, times.length - 1)) * 100}%`;
          return mark;
        }),
      );
    }
    if (changed(state, before, "site", "run", "step", "shown")) {
      if (input.value !== String(state.step)) input.value = String(state.step);
      input.style.setProperty("--part", `${(state.step / Math.max(1, times.length - 1)) * 100}%`);
      const time = times[state.step];
      date.textContent = time ? day(time, state.lang) : "";
      input.setAttribute("aria-valuetext", date.textContent);
      date.classList.toggle("waiting", state.shown !== state.step);
    }
    if (changed(state, before, "playing")) {
      play.replaceChildren(icon(state.playing ? "pause" : "play"));
      play.title = t(state.playing ? "pause" : "play");
      play.setAttribute("aria-label", play.title);
    }
    if (changed(state, before, "playing", "shown", "speed")) schedule(state);
  }

  /** The next step is asked for only once the last one is on the screen. */
  function schedule(state: State): void {
    clearTimeout(timer);
    if (!state.playing || state.shown !== state.step) return;
    timer = setTimeout(
      () => store.change((s) => (s.playing ? advanced(s) : s)),
      1000 / state.speed,
    );
  }

  return { element, update, dispose: () => clearTimeout(timer) };
}
