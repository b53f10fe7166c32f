// The table twin of the map: which rows of the track store, in which order, and the same as CSV. Pure; works
// on the columns, so that thousands of rows cost no objects.
import type { TrackStore } from "../kit/track-store";
import type { Severity } from "../map/types";

export const SORTS = ["severity", "id", "age", "accuracy", "battery", "speed"] as const;
export type Sort = (typeof SORTS)[number];
export const FILTERS = [
  "everybody",
  "alarmed",
  "stale",
  "low_battery",
  "wearer",
  "protected",
  "unit",
] as const;
export type Filter = (typeof FILTERS)[number];
export const LOW_BATTERY_PERCENT = 15;

export interface TableWish {
  text: string;
  filter: Filter;
  sort: Sort;
  down: boolean;
}

type SeverityOf = (id: string) => Severity | null;

export function rowsOf(store: TrackStore, wish: TableWish, severityOf: SeverityOf, nowMs: number): number[] {
  const text = wish.text.trim().toLowerCase();
  const rows: number[] = [];
  for (let row = 0; row < store.count; row += 1) {
    const id = store.ids[row] ?? "";
    if (text && !id.toLowerCase().includes(text)) continue;
    if (!passes(store, row, wish.filter, severityOf, nowMs)) continue;
    rows.push(row);
  }
  const values = rows.map((row) => valueOf(store, row, wish.sort, severityOf, nowMs));
  const order = rows.map((_, i) => i);
  const direction = wish.down ? -1 : 1;
  order.sort((a, b) => {
    const x = values[a] ?? 0;
    const y = values[b] ?? 0;
    const idA = store.ids[rows[a] ?? 0] ?? "";
    const idB = store.ids[rows[b] ?? 0] ?? "";
    if (wish.sort === "id") return direction * (idA < idB ? -1 : idA > idB ? 1 : 0);
    return direction * (x - y) || (idA < idB ? -1 : 1);
  });
  return order.map((i) => rows[i] ?? 0);
}

function passes(
  store: TrackStore,
  row: number,
  filter: Filter,
  severityOf: SeverityOf,
  nowMs: number,
): boolean {
  switch (filter) {
    case "everybody":
      return true;
    case "alarmed":
      return severityOf(store.ids[row] ?? "") !== null;
    case "stale":
      return store.isStale(row, nowMs);
    case "low_battery":
      return (store.battery[row] ?? 255) <= LOW_BATTERY_PERCENT;
    default:
      return store.kinds[row] === filter;
  }
}

function valueOf(store: TrackStore, row: number, sort: Sort, severityOf: SeverityOf, nowMs: number): number {
  switch (sort) {
    case "severity":
      return severityOf(store.ids[row] ?? "") ?? 9;
    case "age":
      return nowMs - (store.fixedAt[row] ?? 0);
    case "accuracy":
      return store.accuracy[row] ?? 0;
    case "battery":
      return store.battery[row] ?? 255;
    case "speed":
      return store.speed[row] === 65535 ? -1 : (store.speed[row] ?? 0);
    case "id":
      return 0;
  }
}

const HEAD =
  "id,kind,code,lat,lng,accuracy_m,fixed_at,age_s,stale,speed_kmh,course_deg,battery_percent,source";

export function csvOf(
  store: TrackStore,
  rows: readonly number[],
  severityOf: SeverityOf,
  nowMs: number,
): string {
  const lines = [HEAD];
  for (const row of rows) {
    const track = store.at(row);
    lines.push(
      [
        cell(track.id),
        track.kind,
        severityOf(track.id) ?? "",
        track.lat.toFixed(6),
        track.lng.toFixed(6),
        track.accuracyM || "",
        new Date(track.fixedAtMs).toISOString(),
        Math.round((nowMs - track.fixedAtMs) / 1000),
        store.isStale(row, nowMs) ? 1 : 0,
        track.speedMps === null ? "" : (track.speedMps * 3.6).toFixed(1),
        track.courseDeg ?? "",
        track.batteryPercent ?? "",
        track.source,
      ].join(","),
    );
  }
  return `${lines.join("\r\n")}\r\n`;
}

// A spreadsheet must not take an id for a formula, nor a terminal for an order.
export const cell = (text: string): string => {
  const line = text.replaceAll(/\p{Cc}/gu, " ");
  const plain = /^\s*[=+\-@＝＋－＠]/.test(line) ? `'${line}` : line;
  return /[",]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
};

// Tracked persons and how many of them are old, for the top strip.
export function tally(store: TrackStore, nowMs: number): { tracked: number; stale: number } {
  let tracked = 0;
  let stale = 0;
  for (let row = 0; row < store.count; row += 1) {
    if (store.kinds[row] === "unit") continue;
    tracked += 1;
    if (store.isStale(row, nowMs)) stale += 1;
  }
  return { tracked, stale };
}
