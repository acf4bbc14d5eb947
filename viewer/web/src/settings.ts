/** Language and theme, remembered in the browser; both only change how things look. */
import { type Lang, languageOf } from "./i18n";
import type { Theme } from "./store";

const KEYS = { lang: "minetwin.lang", theme: "minetwin.theme" };

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // storage is forbidden: nothing is remembered
  }
}

export function remember(lang: Lang, theme: Theme): void {
  try {
    localStorage.setItem(KEYS.lang, lang);
    localStorage.setItem(KEYS.theme, theme);
  } catch {
    // see read()
  }
}

export function rememberedLang(): Lang {
  const found = read(KEYS.lang);
  return found === "en" || found === "zh" ? found : languageOf(navigator.languages);
}

export function rememberedTheme(): Theme {
  const found = read(KEYS.theme);
  return found === "light" || found === "dark" ? found : "system";
}
