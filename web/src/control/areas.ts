// What an order covers, as shapes for the map: rings around the protected person and zones, in force or not.
// Pure; whether somebody is inside is the server's business.
import type { Place, Schemas } from "../kit/api";
import type { AreaKind, MapArea } from "../map/types";

export type Order = Schemas["Order"];
export type Condition = Schemas["Condition"];
export type Zone = Schemas["Zone"];
export type Shape = Schemas["Shape"];
type Schedule = Schemas["Schedule"];

// What a keep-away condition means where it states nothing, as in the country pack of the server
// (src/law/pack.cc): the answer about an order holds the order as it was stated.
const DEFAULT_MM = { ban: 100_000, map: 600_000, police: 1_000_000, warn: 2_000_000 };

export interface Radii {
  banM: number;
  mapM: number;
  policeM: number;
  warnM: number;
}

export function radiiOf(stated: NonNullable<Condition["keep_away"]>): Radii {
  const ban = stated.ban_mm || DEFAULT_MM.ban;
  const map = stated.map_mm || Math.max(DEFAULT_MM.map, ban);
  const police = stated.police_mm || Math.max(DEFAULT_MM.police, map);
  const warn = stated.warn_mm || Math.max(DEFAULT_MM.warn, police);
  return { banM: ban / 1000, mapM: map / 1000, policeM: police / 1000, warnM: warn / 1000 };
}

const us = (value: string | undefined): number => Number(value ?? 0) / 1000;

export const orderInForce = (order: Order, nowMs: number): boolean =>
  !order.withdrawn &&
  us(order.starts_at_us) <= nowMs &&
  (us(order.ends_at_us) === 0 || nowMs < us(order.ends_at_us));

interface Local {
  date: string;
  weekday: number; // 0 Monday
  minute: number;
}

function localAt(zone: string, atMs: number): Local {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone: zone || "UTC",
    hourCycle: "h23",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
  }).formatToParts(atMs);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? "0";
  const date = `${part("year")}-${part("month")}-${part("day")}`;
  const weekday = (new Date(`${date}T00:00:00Z`).getUTCDay() + 6) % 7;
  return { date, weekday, minute: Number(part("hour")) * 60 + Number(part("minute")) };
}

function windowsOf(schedule: Schedule, day: Local): { start: number; end: number }[] {
  const exception = schedule.exceptions?.find((one) => one.date === day.date);
  const windows = exception
    ? (exception.windows ?? [])
    : (schedule.windows ?? []).filter((one) => ((one.days ?? 0) >> day.weekday) & 1);
  return windows.map((one) => ({ start: one.start_min ?? 0, end: one.end_min ?? 0 }));
}

// For drawing only: solid when the windows cover this minute, dashed otherwise.
export function scheduleCovers(schedule: Schedule | undefined, timeZone: string, atMs: number): boolean {
  if (!schedule || ((schedule.windows?.length ?? 0) === 0 && (schedule.exceptions?.length ?? 0) === 0))
    return true;
  const today = localAt(timeZone, atMs);
  for (const { start, end } of windowsOf(schedule, today)) {
    if (end > start ? today.minute >= start && today.minute < end : today.minute >= start) return true;
  }
  const yesterday = localAt(timeZone, atMs - 86_400_000);
  return windowsOf(schedule, yesterday).some(({ start, end }) => end <= start && today.minute < end);
}

const ringOf = (ring: Schemas["Ring"] | undefined): [number, number][] => {
  const corners = (ring?.corners ?? []).map((place): [number, number] => [
    (place.lng_e7 ?? 0) / 1e7,
    (place.lat_e7 ?? 0) / 1e7,
  ]);
  const first = corners[0];
  return first ? [...corners, first] : [];
};
const polygonOf = (polygon: Schemas["Polygon"] | undefined): [number, number][][] =>
  [ringOf(polygon?.outer), ...(polygon?.holes ?? []).map(ringOf)].filter((ring) => ring.length > 3);

export function geometryOf(shape: Shape | undefined): MapArea["geometry"] | null {
  if (shape?.circle) {
    const centre = shape.circle.centre;
    return {
      type: "Circle",
      centre: [(centre?.lng_e7 ?? 0) / 1e7, (centre?.lat_e7 ?? 0) / 1e7],
      radiusM: (shape.circle.radius_mm ?? 0) / 1000,
    };
  }
  if (shape?.polygon) return { type: "Polygon", coordinates: polygonOf(shape.polygon) };
  if (shape?.multi_polygon) {
    return { type: "MultiPolygon", coordinates: (shape.multi_polygon.polygons ?? []).map(polygonOf) };
  }
  return null;
}

export interface AreaWords {
  ring(kind: "ring_ban" | "ring_map" | "ring_police" | "ring_warn", m: number): string;
  zone(kind: "exclusion" | "inclusion", id: string): string;
}

// Rings of every keep-away condition around `placeOf` its protected person, and the zones that `zoneOf`
// knows.
export function areasOfOrders(
  orders: readonly Order[],
  zoneOf: (id: string) => Zone | undefined,
  placeOf: (personId: string) => [number, number] | null,
  nowMs: number,
  words: AreaWords,
): MapArea[] {
  const areas: MapArea[] = [];
  for (const order of orders) {
    if (order.withdrawn) continue;
    const inForce = orderInForce(order, nowMs);
    for (const condition of order.conditions ?? []) {
      const id = `${order.id}/${condition.id}`;
      if (condition.keep_away) {
        const centre = placeOf(condition.keep_away.protected_id ?? "");
        if (centre) areas.push(...rings(id, centre, radiiOf(condition.keep_away), !inForce, words));
      }
      const zoned = condition.exclusion ?? condition.inclusion;
      if (!zoned) continue;
      const kind = condition.exclusion ? "exclusion" : "inclusion";
      const geometry = geometryOf(zoneOf(zoned.zone_id ?? "")?.shape);
      if (!geometry) continue;
      const scheduled = !inForce || !scheduleCovers(zoned.schedule, order.time_zone ?? "", nowMs);
      areas.push({ id, kind, geometry, scheduled, label: words.zone(kind, zoned.zone_id ?? "") });
    }
  }
  return areas;
}

function rings(
  id: string,
  centre: [number, number],
  radii: Radii,
  scheduled: boolean,
  words: AreaWords,
): MapArea[] {
  const all: [AreaKind & `ring_${string}`, number][] = [
    ["ring_warn", radii.warnM],
    ["ring_police", radii.policeM],
    ["ring_map", radii.mapM],
    ["ring_ban", radii.banM],
  ];
  return all.map(([kind, radiusM]) => ({
    id: `${id}/${kind}`,
    kind,
    geometry: { type: "Circle", centre, radiusM },
    scheduled,
    label: words.ring(kind as "ring_ban", radiusM),
  }));
}

export const zoneIdsOf = (orders: readonly Order[]): string[] => [
  ...new Set(
    orders.flatMap((order) =>
      (order.conditions ?? []).flatMap((one) => one.exclusion?.zone_id ?? one.inclusion?.zone_id ?? []),
    ),
  ),
];

// A drawn shape as the server takes it for a zone.
export function geoJsonOf(corners: readonly [number, number][]): { geometry: GeoJSON.Polygon } {
  const first = corners[0];
  const last = corners[corners.length - 1];
  const closed =
    first && last && (first[0] !== last[0] || first[1] !== last[1]) ? [...corners, first] : [...corners];
  const short = ([lng, lat]: [number, number]): [number, number] => [
    Number(lng.toFixed(7)),
    Number(lat.toFixed(7)),
  ];
  return { geometry: { type: "Polygon", coordinates: [closed.map(short)] } };
}

export const placeOfLngLat = ([lng, lat]: readonly [number, number]): Place => ({
  lat_e7: Math.round(lat * 1e7),
  lng_e7: Math.round(lng * 1e7),
});

// "37.63, 127.21" a line; the keyboard's way of drawing. Null where a line makes no sense.
export function cornersOf(text: string): [number, number][] | null {
  const out: [number, number][] = [];
  for (const line of text.split("\n")) {
    if (!line.trim()) continue;
    const found = /^\s*(-?\d+(?:\.\d+)?)\s*[,\s]\s*(-?\d+(?:\.\d+)?)\s*$/.exec(line);
    if (!found) return null;
    const lat = Number(found[1]);
    const lng = Number(found[2]);
    if (Math.abs(lat) > 90 || Math.abs(lng) > 180) return null;
    out.push([lng, lat]);
  }
  return out;
}
