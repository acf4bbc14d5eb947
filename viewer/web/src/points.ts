/** Asks the server what is at the picked place, again when the layer or run changes. */
import { failureOf, fetchPoint } from "./api";
import { comparedWith, runOf, type State, type Store } from "./store";

export class PointQuery {
  private asking = new AbortController();
  private key = "";
  constructor(private readonly store: Store) {}

  update(state: State): void {
    const { picked, run, surface } = state;
    const against = comparedWith(state)?.id;
    const choice =
      state.choice ??
      (runOf(state) ? null : { from: "survey" as const, name: "elevation", axis: 0 });
    const key = JSON.stringify([picked, choice, run, surface, against, state.site?.epoch]);
    if (key === this.key) return;
    this.key = key;
    this.asking.abort();
    if (!picked || !choice) return;
    this.asking = new AbortController();
    const where = { layer: choice.name, x: picked.x, y: picked.y, axis: choice.axis };
    const of: Record<string, string> =
      choice.from === "run" ? { run: run ?? "" } : { surface: surface ?? "" };
    if (against) of.against = against;
    const { signal } = this.asking;
    fetchPoint({ ...where, ...of }, signal).then(
      (point) => {
        if (!signal.aborted) this.store.set({ point });
      },
      (error: unknown) => {
        if (!signal.aborted)
          this.store.set({ problem: failureOf(error, "/api/point"), picked: null });
      },
    );
  }
}
