// The colours the map draws with, read from the custom properties of kit/theme.css and read again when the theme changes.
// The values here stand in only where a page has no such property.

export interface MapTheme {
  dark: boolean;
  severity: [string, string, string, string];
  onSeverity: [string, string, string, string]; // text on the fill
  land: string;
  neighbour: string;
  water: string;
  line: string;
  border: string; // between provinces, coast
  label: string;
  track: string;
  halo: string;
  text: string; // labels of marks
  role: string; // protected person, unit, self: white shapes
  outline: string;
  accent: string; // what is chosen, what is being drawn
}

const DARK = {
  severity: ["#e6194b", "#e07800", "#ffdf00", "#4cb5ff"],
  onSeverity: ["#ffffff", "#000000", "#000000", "#000000"],
  land: "#22313f",
  neighbour: "#18242f",
  water: "#0e1a26",
  line: "#3b4f63",
  border: "#5d7a96",
  label: "#9fb6ca",
  track: "#7aa2c8",
  halo: "#0e1a26",
  text: "#ffffff",
  role: "#ffffff",
  outline: "#0b0f14",
  accent: "#6fb7ff",
};
const LIGHT: typeof DARK = {
  severity: ["#e6194b", "#e07800", "#ffdf00", "#4cb5ff"],
  onSeverity: ["#ffffff", "#000000", "#000000", "#000000"],
  land: "#f4f2ec",
  neighbour: "#e9e7e1",
  water: "#c4d8e6",
  line: "#c9c3b6",
  border: "#8d99a6",
  label: "#4a5663",
  track: "#3f6a94",
  halo: "#ffffff",
  text: "#16202a",
  role: "#ffffff",
  outline: "#1b1b1b",
  accent: "#0b50d0",
};

// Relative luminance (0..1) of #rgb, #rrggbb or rgb(): enough to tell a dark land from a light one.
export function luminance(colour: string): number {
  let parts: number[];
  const hex = /^#([0-9a-f]{3,8})$/i.exec(colour.trim());
  if (hex?.[1]) {
    const digits = hex[1].length < 6 ? [...hex[1]].map((d) => d + d).join("") : hex[1];
    parts = [0, 2, 4].map((at) => parseInt(digits.slice(at, at + 2), 16));
  } else {
    parts = (colour.match(/[\d.]+/g) ?? ["0", "0", "0"]).slice(0, 3).map(Number);
  }
  const [r = 0, g = 0, b = 0] = parts.map((v) => {
    const share = v / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

export function readTheme(element: Element): MapTheme {
  const style = getComputedStyle(element);
  const own = (name: string): string => style.getPropertyValue(name).trim();
  const land = own("--map-land");
  const dark = land ? luminance(land) < 0.3 : !matchMedia("(prefers-color-scheme: light)").matches;
  const base = dark ? DARK : LIGHT;
  const pick = (name: string, otherwise: string): string => own(name) || otherwise;
  const four = (suffix: string, otherwise: string[]): [string, string, string, string] => [
    pick(`--sev0${suffix}`, otherwise[0] ?? ""),
    pick(`--sev1${suffix}`, otherwise[1] ?? ""),
    pick(`--sev2${suffix}`, otherwise[2] ?? ""),
    pick(`--sev3${suffix}`, otherwise[3] ?? ""),
  ];
  return {
    dark,
    severity: four("", base.severity),
    onSeverity: four("-fill-text", base.onSeverity),
    land: land || base.land,
    neighbour: pick("--map-neighbour", base.neighbour),
    water: pick("--map-water", base.water),
    line: pick("--map-line", base.line),
    border: pick("--map-border", base.border),
    label: pick("--map-label", base.label),
    track: pick("--map-track", base.track),
    halo: pick("--map-halo", base.halo),
    text: pick("--map-text", base.text),
    role: pick("--map-role", base.role),
    outline: pick("--map-outline", base.outline),
    accent: pick("--map-accent", base.accent),
  };
}

// Calls back when the page's theme may have changed. Answers how to stop.
export function onThemeChange(changed: () => void): () => void {
  const watcher = new MutationObserver(changed);
  const watched = { attributes: true, attributeFilter: ["class", "style", "data-theme"] };
  watcher.observe(document.documentElement, watched);
  watcher.observe(document.body, watched);
  const scheme = matchMedia("(prefers-color-scheme: dark)");
  scheme.addEventListener("change", changed);
  return () => {
    watcher.disconnect();
    scheme.removeEventListener("change", changed);
  };
}

export const FONT = '"Noto Sans KR", "Noto Sans CJK KR", "Apple SD Gothic Neo", "Malgun Gothic", sans-serif';
