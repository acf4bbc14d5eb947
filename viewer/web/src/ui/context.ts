/** What every panel is given: the state, the words, and what a person may ask for. */
import { labelOf, translate, type Word } from "../i18n";
import type { Choice, State, Store } from "../store";

/** Things panels ask for that are more than a change of state. */
export interface Actions {
  home(): void;
  pick(x: number, y: number): void;
  closePoint(): void;
}

export class Context {
  constructor(
    readonly store: Store,
    readonly actions: Actions,
  ) {}

  get state(): State {
    return this.store.state;
  }

  readonly t = (word: Word, ...fill: (string | number)[]): string =>
    translate(this.state.lang, word, ...fill);

  readonly label = (thing: { label: string; label_zh: string }): string =>
    labelOf(thing, this.state.lang);
}

/** A piece of the page: made once per language, told of changes, taken away again. */
export interface Part {
  element: HTMLElement;
  update(state: State, before: State | null): void;
  dispose?(): void;
}

export function sameChoice(a: Choice | null, b: Choice | null): boolean {
  return a?.from === b?.from && a?.name === b?.name && a?.axis === b?.axis;
}

/** Did any of these change? True the first time. */
export function changed(state: State, before: State | null, ...keys: (keyof State)[]): boolean {
  return before === null || keys.some((key) => state[key] !== before[key]);
}
