/** Building elements without markup in strings, and small pieces that panels share. */

type Child = Node | string | null | undefined | false;
type Props = Record<string, unknown>;

/**
 * An element: `class`, `text` and `on…` listeners are special, properties that the element
 * has are set, everything else becomes an attribute.
 */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) {
      element.addEventListener(name.slice(2), value as EventListener);
    } else if (name === "class") element.className = String(value);
    else if (name === "text") element.textContent = String(value);
    else if (["checked", "disabled", "open", "value", "hidden", "selected"].includes(name)) {
      Object.assign(element, { [name]: value });
    } else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.filter((c): c is Node | string => !!c));
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

const ICONS = {
  play: "M8 5v14l11-7z",
  pause: "M7 5h4v14H7zM13 5h4v14h-4z",
  back: "M6 5h2.4v14H6zM19 5v14l-9-7z",
  forward: "M15.6 5H18v14h-2.4zM5 5v14l9-7z",
  close:
    "M6.4 5 12 10.6 17.6 5 19 6.4 13.4 12 19 17.6 17.6 19 12 13.4 6.4 19 5 17.6 10.6 12 5 6.4z",
  sun: "M12 7a5 5 0 1 0 0 10 5 5 0 0 0 0-10zM11 1h2v4h-2zM11 19h2v4h-2zM1 11h4v2H1zM19 11h4v2h-4zM4.2 5.6l1.4-1.4 2.8 2.8L7 8.4zM15.6 17l1.4-1.4 2.8 2.8-1.4 1.4zM4.2 18.4 7 15.6 8.4 17l-2.8 2.8zM15.6 7l2.8-2.8 1.4 1.4L17 8.4z",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z",
  auto: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zm0 2.2v13.6a6.8 6.8 0 0 1 0-13.6z",
  table: "M3 4h18v16H3zm2 2v3h14V6zm0 5v3h4v-3zm6 0v3h8v-3zm-6 5v2h4v-2zm6 0v2h8v-2z",
  panel: "M3 4h18v16H3zm2 2v12h5V6zm7 0v12h7V6z",
  home: "M12 3 2.5 11.2l1.3 1.5L5 11.6V20h5.5v-5h3v5H19v-8.4l1.2 1.1 1.3-1.5z",
  pin: "M12 2a7 7 0 0 0-7 7c0 5 7 13 7 13s7-8 7-13a7 7 0 0 0-7-7zm0 4.4a2.6 2.6 0 1 1 0 5.2 2.6 2.6 0 0 1 0-5.2z",
} as const;

export type IconName = keyof typeof ICONS;

export function icon(name: IconName): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "icon");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** A button that shows only an icon; its label is its name and tooltip. */
export function iconButton(name: IconName, label: string, onclick: () => void, props: Props = {}) {
  return h(
    "button",
    { type: "button", class: "icon-button", "aria-label": label, title: label, onclick, ...props },
    icon(name),
  );
}

/** A labelled slider that reports while it moves. */
export function slider(
  label: string,
  { min, max, step, value }: { min: number; max: number; step: number; value: number },
  shown: (value: number) => string,
  onchange: (value: number) => void,
  props: Props = {},
): HTMLElement {
  const output = h("output", { class: "quiet", text: shown(value) });
  const input = h("input", {
    type: "range",
    min,
    max,
    step,
    "aria-label": label,
    ...props,
    oninput: () => {
      output.textContent = shown(Number(input.value));
      onchange(Number(input.value));
    },
  });
  input.value = String(value);
  return h("label", { class: "slider" }, h("span", { text: label }), output, input);
}

/** A labelled tick box. */
export function tick(
  label: string,
  checked: boolean,
  onchange: (on: boolean) => void,
  props: Props = {},
) {
  const input = h("input", {
    type: "checkbox",
    checked,
    ...props,
    onchange: () => onchange(input.checked),
  });
  return h("label", { class: "tick" }, input, h("span", { text: label }));
}
