// The map of the open call: both persons as they move, the units, the line between the two with the server's distance, and the
// ordered distance around her. Without an open call: all units.
import { lazy, Suspense, useMemo, useRef } from "react";
import { useTranslation } from "react-i18next";
import { lngLat } from "../kit/api";
import { serverNowMs } from "../kit/clock";
import { distance } from "../kit/format";
import { useLive, useNow, usePicture } from "../kit/surface";
import type { MapArea, MapHandle, MapLine, Mark, Severity } from "../map/types";
import { type Desk, useDesk, useDeskState } from "./desk";
import { isActive, isClosed, newestProximity, orderedDistanceM, toldOnly, us } from "./model";
import type { Call } from "./types";

// After the lists are on the screen: they are what is waited for.
const MapView = lazy(async () => {
  await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted, 0)));
  return import("../map/map-view");
});
const TRAIL_POINTS_MAX = 180;
const TRAIL_STEP_MS = 2000;
export const mapHandle: { current: MapHandle | null } = { current: null };

export function MapPane({ call }: { call: Call | undefined }) {
  const { t, i18n } = useTranslation();
  const { picture, who } = useLive();
  usePicture();
  const desk = useDesk();
  const { unitId } = useDeskState();
  const now = useNow(1000);
  const second = Math.floor(now / 1000);
  const trails = useTrails(call, second);
  const level = Math.min(3, call?.code ?? 3) as Severity;
  const marks = useMemo(() => marksOf(call, desk, unitId, { old: t("map.old"), coarse: t("told.coarse") }), [call, desk, unitId, second, picture.version, i18n.language]);
  const alerts = (call?.alert_ids ?? []).flatMap((id) => picture.alerts.get(id)?.alert ?? []);
  const him = marks.find((mark) => mark.id === call?.wearer_id);
  const her = marks.find((mark) => mark.id === call?.protected_id);

  const lines: MapLine[] = [];
  if (him && trails.length > 1) lines.push({ id: "trail", kind: "trail", points: trails, severity: level });
  if (him && her) {
    const proximity = newestProximity(call, alerts);
    lines.push({
      id: "pair", kind: "pair", severity: level, points: [[him.lng, him.lat], [her.lng, her.lat]],
      label: proximity ? distance(us(proximity.distance_mm) / 1000) : t("between.unknown"),
    });
  }
  const areas: MapArea[] = [];
  if (her) {
    const rings = new Map<string, MapArea>();
    for (const alert of alerts) {
      const radiusM = orderedDistanceM(alert);
      const kind = RING_OF[alert.kind ?? ""];
      if (!radiusM || !kind) continue;
      rings.set(`${kind}${radiusM}`, { id: `ring/${kind}`, kind, geometry: { type: "Circle", centre: [her.lng, her.lat], radiusM }, label: distance(radiusM) });
    }
    areas.push(...rings.values());
  }
  const fit = fitOf(call, marks);
  const label = call ? t("map.label_call", { wearer: call.wearer_id ?? "", protected: call.protected_id ?? "", n: marks.length }) : t("map.label", { n: marks.length });
  return (
    <Suspense fallback={<p className="empty" role="status">{t("map.loading")}</p>}>
      <MapView
        ref={(made: MapHandle | null) => {
          mapHandle.current = made;
        }}
        label={label} viewer={who.account ?? ""} marks={marks} lines={lines} areas={areas} fit={fit} serverNowMs={serverNowMs} cluster={false} simple
        onPick={(id) => {
          if (id && picture.units.has(id)) desk.set({ unitId: id });
        }}
      />
    </Suspense>
  );
}

const RING_OF: Record<string, MapArea["kind"]> = {
  ALERT_KIND_KEEP_AWAY: "ring_ban", ALERT_KIND_NEAR_MAP: "ring_map", ALERT_KIND_NEAR_POLICE: "ring_police", ALERT_KIND_NEAR_WARN: "ring_warn",
};

function marksOf(call: Call | undefined, desk: Desk, chosen: string | null, words: { old: string; coarse: string }): Mark[] {
  const { picture } = desk;
  const out: Mark[] = [];
  const add = (id: string, kind: Mark["kind"], name: string, more: Partial<Mark>) => {
    const row = picture.tracks.rowOf(id);
    if (row < 0) return false;
    const track = picture.tracks.at(row);
    const stale = picture.tracks.isStale(row, serverNowMs());
    out.push({ id, kind, lat: track.lat, lng: track.lng, label: stale ? `${name} · ${words.old}` : name, courseDeg: track.courseDeg, accuracyM: track.accuracyM, stale, ...more });
    return true;
  };
  const person = (id: string | undefined, kind: "wearer" | "protected") => {
    if (!id || !call || isClosed(call)) return; // the right to see them ended with the call
    const severity = kind === "wearer" ? (Math.min(3, call.code ?? 0) as Severity) : null;
    if (add(id, kind, id, { severity, selected: true })) return;
    const told = (call.destinations ?? []).find((to) => to.person_id === id)?.place;
    if (!told) return;
    const [lng, lat] = lngLat(told);
    out.push({ id, kind, lat, lng, label: `${id} · ${words.old}`, severity, stale: true });
  };
  person(call?.wearer_id, "wearer");
  person(call?.protected_id, "protected");
  if (!call) {
    for (const one of toldOnly(picture.incidents, picture.alerts.values(), picture.calls.values(), picture.handOffs.values())) {
      const id = one.alerts[0]?.wearer_id;
      if (id) add(id, "wearer", `${id} · ${words.coarse}`, { severity: Math.min(3, one.code) as Severity });
    }
  }
  const going = new Set((call?.assignments ?? []).filter(isActive).map((one) => one.unit_id));
  const offered = new Set((call?.proposals ?? []).map((one) => one.unit_id));
  for (const id of picture.units.keys()) {
    if (call && !going.has(id) && !offered.has(id) && id !== chosen) continue;
    add(id, "unit", desk.nameOf(id), { selected: id === chosen || going.has(id) });
  }
  return out;
}

// His way as it was seen here since the call was opened on this screen.
function useTrails(call: Call | undefined, second: number): [number, number][] {
  const { picture } = useLive();
  const held = useRef<{ id: string; atMs: number; points: [number, number][] }>({ id: "", atMs: 0, points: [] });
  return useMemo(() => {
    const id = call && !isClosed(call) ? (call.wearer_id ?? "") : "";
    if (held.current.id !== id) held.current = { id, atMs: 0, points: [] };
    const track = id ? picture.tracks.track(id) : null;
    if (track && track.fixedAtMs - held.current.atMs >= TRAIL_STEP_MS) {
      held.current.atMs = track.fixedAtMs;
      held.current.points = [...held.current.points, [track.lng, track.lat] as [number, number]].slice(-TRAIL_POINTS_MAX);
    }
    return held.current.points;
  }, [call, picture, second]);
}

const WIDE_DEG = 0.03;

// A coarse place is looked at from farther away than a known one.
const around = (mark: Mark, overview: boolean): [number, number][] =>
  overview && mark.kind === "wearer"
    ? [[mark.lng - WIDE_DEG, mark.lat - WIDE_DEG], [mark.lng + WIDE_DEG, mark.lat + WIDE_DEG]]
    : [[mark.lng, mark.lat]];

// Both persons and who goes to them. The map keeps still while all of them are in view.
function fitOf(call: Call | undefined, marks: readonly Mark[]): [number, number][] | null {
  const wanted = call ? marks.filter((mark) => mark.kind !== "unit" || mark.selected) : marks;
  return wanted.length > 0 ? wanted.flatMap((mark) => around(mark, call === undefined)) : null;
}
