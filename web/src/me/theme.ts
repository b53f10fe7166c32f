// Light or dark as the phone says, or as chosen for now; not kept.
import { useSyncExternalStore } from "react";

type Theme = "dark" | "light";

const query = typeof matchMedia === "undefined" ? null : matchMedia("(prefers-color-scheme: dark)");
const listeners = new Set<() => void>();
let chosen: Theme | null = null;

const now = (): Theme => chosen ?? (query?.matches ? "dark" : "light");

function apply(): void {
  document.documentElement.dataset["theme"] = now();
  for (const listener of listeners) listener();
}

export function setUpTheme(): void {
  query?.addEventListener("change", apply);
  apply();
}

export function chooseTheme(theme: Theme): void {
  chosen = theme;
  apply();
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
export const useThemeNow = (): Theme => useSyncExternalStore(subscribe, now);
