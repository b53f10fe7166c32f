// Numbers, times and ages as people read them. Times are Korean standard time unless the deployment says otherwise.
import i18next from "i18next";
import { language } from "./words";

const ZONE = "Asia/Seoul";
const locale = (): string => (language() === "ko" ? "ko-KR" : "en-GB");

const cache = new Map<string, Intl.DateTimeFormat>();
function formatter(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale()}|${name}`;
  let made = cache.get(key);
  if (!made) {
    made = new Intl.DateTimeFormat(locale(), { timeZone: ZONE, hourCycle: "h23", ...options });
    cache.set(key, made);
  }
  return made;
}


// By hand, because the first formatter of a page costs a slow phone a quarter of a second, and these are on every first
// screen. Korea has had no summer time since 1988.
const EAST_MS = 9 * 3_600_000;
const two = (n: number): string => String(n).padStart(2, "0");
export function shortTime(ms: number): string {
  const at = new Date(ms + EAST_MS);
  return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
}
export const clockTime = (ms: number): string => `${shortTime(ms)}:${two(new Date(ms).getUTCSeconds())}`;
export const dateTime = (ms: number): string =>
  formatter("d", {
    year: "numeric", month: "numeric", day: "numeric", weekday: "short", hour: "2-digit", minute: "2-digit", second: "2-digit",
  }).format(ms);

// Under 1 km whole metres, above tenths of a kilometre.
export function distance(m: number): string {
  if (Math.abs(m) < 1000) return i18next.t("kit:unit.m", { n: Math.round(m) });
  return i18next.t("kit:unit.km", { n: (m / 1000).toFixed(1) });
}

export function speed(mps: number): string {
  return i18next.t("kit:unit.kmh", { n: Math.round(mps * 3.6) });
}

// "live", "12 s ago", "4 min ago", then the clock time.
export function ageText(ageMs: number, atMs: number): string {
  const s = Math.max(0, Math.floor(ageMs / 1000));
  if (s <= 5) return i18next.t("kit:age.live");
  if (s < 60) return i18next.t("kit:age.seconds", { n: s });
  if (s < 3600) return i18next.t("kit:age.minutes", { n: Math.floor(s / 60) });
  return i18next.t("kit:age.since", { time: dateTime(atMs) });
}

// "0:42", "12:05", "1:02:33": how long something has been waiting.
export function stopwatch(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  const h = Math.floor(s / 3600);
  const m = Math.floor((s % 3600) / 60);
  return h > 0 ? `${h}:${two(m)}:${two(s % 60)}` : `${m}:${two(s % 60)}`;
}

const WINDS = ["n", "ne", "e", "se", "s", "sw", "w", "nw"] as const;
// Eight winds of a direction that the server gave.
export const wind = (deg: number): string => i18next.t(`kit:wind.${WINDS[Math.round(deg / 45) % 8] ?? "n"}`);
