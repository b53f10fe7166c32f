// The map in the middle: everybody as columns, and as marks only those that are looked at; the open
// incident's pair line, rings and zones; tools to measure and draw; a table as its twin.
import { lazy, Suspense, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { type Alert, api } from "../kit/api";
import { serverNowMs } from "../kit/clock";
import { distance } from "../kit/format";
import { patience, take, useLoaded } from "../kit/load";
import type { PictureStore } from "../kit/picture-store";
import { useLive, useNow } from "../kit/surface";
import type { TrackStore } from "../kit/track-store";
import type { MapArea, MapHandle, MapLine, Mark, Severity } from "../map/types";
import { areasOfOrders, geometryOf, type Order, type Zone, zoneIdsOf } from "./areas";
import { type Desk, useDesk, useDeskState, useSlowPicture } from "./desk";
import { usePlayback, useSeverityOf } from "./hooks";
import { useOrders } from "./legal";
import { Key } from "./parts";
import type { ProximityPoint } from "./plot-model";
import { latestProximity } from "./proximity";
import { isOver, isShelved, levelOfAlert } from "./queue-model";
import { Tools, type Drawn } from "./tools";
import { TableTwin } from "./table-twin";
import { Trails } from "./trails";

const MapView = lazy(() => import("../map/map-view"));

const TRAILS_MAX = 24;
const AREAS_MAX = 400;

export function MapPane() {
  const { t } = useTranslation();
  const desk = useDesk();
  const state = useDeskState();
  const past = usePlayback();
  const [drawn, setDrawn] = useState<Drawn | null>(null);
  return (
    <section
      className={past.clock ? "map-pane past" : "map-pane"}
      id="panel-2"
      tabIndex={-1}
      aria-label={t("map.title")}
    >
      <div className="map-bar">
        <button
          type="button"
          className="button small"
          aria-pressed={state.twin}
          onClick={() => desk.set({ twin: !state.twin })}
        >
          {state.twin ? t("map.as_map") : t("map.as_table")} <Key command="table" />
        </button>
        {!state.twin && (
          <>
            <Tools drawn={drawn} onDrawn={setDrawn} />
            <button
              type="button"
              className="button small"
              aria-pressed={state.zones}
              onClick={() => desk.set({ zones: !state.zones })}
            >
              {t("map.zones")} <Key command="zones" />
            </button>
            <button
              type="button"
              className="button small"
              aria-pressed={state.jurisdictions}
              onClick={() => desk.set({ jurisdictions: !state.jurisdictions })}
            >
              {t("map.jurisdictions")} <Key command="jurisdictions" />
            </button>
            <button
              type="button"
              className="button small"
              aria-pressed={state.follow}
              disabled={!state.alertId && !state.personId}
              onClick={() => desk.set({ follow: !state.follow })}
            >
              {t("map.follow")} <Key command="follow" />
            </button>
          </>
        )}
      </div>
      <div className="map-body">{state.twin ? <TableTwin /> : <TheMap drawn={drawn} />}</div>
    </section>
  );
}

function TheMap({ drawn }: { drawn: Drawn | null }) {
  const { t, i18n } = useTranslation();
  const desk = useDesk();
  const { picture, who } = useLive();
  const { alertId, personId, follow, zones, jurisdictions } = useDeferredValue(useDeskState());
  const slow = useSlowPicture(1000, true);
  const past = usePlayback();
  const severityOf = useSeverityOf();
  const now = useNow(1000);
  const handle = useRef<MapHandle>(null);
  const trails = useRef(new Trails());
  const alert = alertId ? slow.alerts.get(alertId)?.alert : undefined;
  const tracks = past.clock ? desk.playback.tracks : picture.tracks;
  const second = past.clock ? Math.floor(past.clock.atMs / 500) : now;

  const orders = useOrders(alert?.wearer_id || personId || null).data;
  const orderZones = useZonesOf(orders);
  const all = useAllAreas(zones, jurisdictions);

  const looked = useMemo(() => lookedAt(slow, alert, personId), [slow.version, alert, personId]);
  useEffect(() => trails.current.follow(past.clock ? [] : looked.trails), [looked, past.clock === null]);
  if (!past.clock) trails.current.take(picture.tracks);

  const marks = useMemo((): Mark[] => {
    const out: Mark[] = [];
    for (const id of looked.marks) {
      const row = tracks.rowOf(id);
      if (row < 0) continue;
      const track = tracks.at(row);
      const unit = slow.units.get(id)?.unit;
      out.push({
        id,
        lat: track.lat,
        lng: track.lng,
        courseDeg: track.courseDeg,
        accuracyM: track.accuracyM,
        severity: severityOf(id),
        kind: track.kind === "unit" ? "unit" : track.kind === "protected" ? "protected" : "wearer",
        label: unit?.call_sign || id,
        stale: tracks.isStale(row, past.clock ? past.clock.atMs : serverNowMs()),
        selected: looked.selected.has(id),
      });
    }
    return out;
  }, [looked, tracks, second, severityOf, slow.version]);

  const lines = useMemo((): MapLine[] => {
    const out: MapLine[] = [];
    for (const id of looked.trails) {
      const points = past.clock
        ? desk.playback.book.trail(id, past.clock.atMs, 15 * 60_000)
        : trails.current.line(id);
      if (points.length > 1) out.push({ id: `trail/${id}`, kind: "trail", points, severity: severityOf(id) });
    }
    const pair =
      !past.clock && alert ? pairLine(alert, slow, distancesOf(desk, alert), t("map.pair_unknown")) : null;
    if (pair) out.push(pair);
    if (drawn?.kind === "line")
      out.push({ id: "measure", kind: "measure", points: drawn.corners, label: drawn.label });
    return out;
  }, [looked, second, severityOf, alert, drawn, i18n.language]);

  const placeOf = (id: string): [number, number] | null => {
    const row = tracks.rowOf(id);
    return row < 0 ? null : [tracks.lng[row] ?? 0, tracks.lat[row] ?? 0];
  };
  // Rings move with the protected person, and hours are looked at once a minute: not every second.
  const centres = (orders ?? [])
    .flatMap((order) => (order.conditions ?? []).map((one) => placeOf(one.keep_away?.protected_id ?? "")))
    .join(";");
  const minute = Math.floor((past.clock ? past.clock.atMs : now) / 60_000);
  const areas = useMemo((): MapArea[] => {
    const words = {
      ring: (kind: string, m: number) => t(`map.${kind}`, { d: distance(m) }),
      zone: (kind: string, id: string) => t(`map.zone_${kind}`, { id }),
    };
    const out = areasOfOrders(
      orders ?? [],
      (id) => orderZones.get(id),
      placeOf,
      past.clock ? past.clock.atMs : serverNowMs(),
      words,
    );
    const mine = new Set(zoneIdsOf(orders ?? []));
    for (const area of all) if (!mine.has(area.id.replace("zone/", ""))) out.push(area);
    if (drawn?.kind === "polygon") {
      const first = drawn.corners[0];
      if (first)
        out.push({
          id: "draft",
          kind: "draft",
          geometry: { type: "Polygon", coordinates: [[...drawn.corners, first]] },
          label: drawn.label,
        });
    }
    return out.slice(0, AREAS_MAX);
  }, [orders, orderZones, all, drawn, tracks, centres, minute, i18n.language]);

  const everyone = past.wish !== null && past.wish.personIds.length === 0;
  const fitTo = useFit(
    alert,
    personId,
    follow,
    tracks,
    past.clock === null ? "live" : everyone ? "everybody" : "past",
  );
  const alarmed = new Set(
    [...slow.alerts.values()].filter(({ alert: one }) => !isOver(one)).map(({ alert: one }) => one.wearer_id),
  ).size;
  const label = t("map.label", { n: tracks.count, alarmed });
  return (
    <Suspense fallback={<p className="quiet map-wait">{t("state.loading", { what: t("map.title") })}</p>}>
      <MapView
        key={past.clock ? "past" : "live"}
        ref={(made: MapHandle | null) => {
          handle.current = made;
          desk.map = made;
        }}
        label={label}
        viewer={who.account ?? ""}
        tracks={tracks}
        severityOf={severityOf}
        serverNowMs={past.clock ? desk.playback.nowMs : serverNowMs}
        marks={marks}
        lines={lines}
        areas={areas}
        fit={fitTo}
        cluster
        onPick={(id) => desk.pick(id)}
      />
    </Suspense>
  );
}

const distancesOf = (desk: Desk, alert: Alert): readonly ProximityPoint[] =>
  desk.distances.incidentId === alert.incident_id ? desk.distances.points : [];

interface Looked {
  marks: string[];
  trails: string[];
  selected: Set<string>;
}

// The open incident's persons and cars, whom somebody picked, and everybody under a critical or alert row.
function lookedAt(picture: PictureStore, alert: Alert | undefined, personId: string | null): Looked {
  const selected = new Set<string>();
  if (alert?.wearer_id) selected.add(alert.wearer_id);
  if (alert?.protected_id) selected.add(alert.protected_id);
  if (personId) selected.add(personId);
  const marks = new Set(selected);
  const trails = new Set(selected);
  for (const { alert: one } of picture.alerts.values()) {
    if (isOver(one) || isShelved(one) || levelOfAlert(one) > 1) continue;
    if (one.wearer_id && trails.size < TRAILS_MAX) trails.add(one.wearer_id);
  }
  for (const call of picture.calls.values()) {
    if (call.incident_id !== alert?.incident_id || call.state === "CALL_STATE_CLOSED") continue;
    for (const one of call.assignments ?? []) if (one.unit_id) marks.add(one.unit_id);
  }
  return { marks: [...marks], trails: [...trails], selected };
}

// The line is drawn between the two newest places; the number on it is the server's.
function pairLine(
  alert: Alert,
  picture: PictureStore,
  points: readonly ProximityPoint[],
  unknown: string,
): MapLine | null {
  const from = picture.tracks.track(alert.wearer_id ?? "");
  const to = picture.tracks.track(alert.protected_id ?? "");
  if (!from || !to) return null;
  const known = latestProximity(alert, picture, points);
  const label = known
    ? `${distance(known.distanceM)}${known.errorM > 0 ? ` ±${distance(known.errorM)}` : ""}`
    : unknown;
  return {
    id: "pair",
    kind: "pair",
    label,
    severity: levelOfAlert(alert) as Severity,
    points: [
      [from.lng, from.lat],
      [to.lng, to.lat],
    ],
  };
}

// Where the map looks when an incident is opened, and all the time while following.
type When = "live" | "past" | "everybody"; // the last: the past of everybody

function useFit(
  alert: Alert | undefined,
  personId: string | null,
  follow: boolean,
  tracks: TrackStore,
  when: When,
) {
  const key = `${alert?.id ?? ""}|${personId ?? ""}|${when}`;
  const held = useRef<{ key: string; fit: [number, number][] | null }>({ key: "", fit: null });
  const points = (): [number, number][] => {
    const ids = personId ? [personId] : [alert?.wearer_id, alert?.protected_id];
    const out: [number, number][] = [];
    for (const id of ids) {
      const track = id ? tracks.track(id) : null;
      if (track) out.push([track.lng, track.lat]);
    }
    if (out.length === 0 && alert?.place)
      out.push([(alert.place.lng_e7 ?? 0) / 1e7, (alert.place.lat_e7 ?? 0) / 1e7]);
    return out;
  };
  if (held.current.key !== key || follow) {
    const fit = (alert || personId) && when !== "everybody" ? points() : everybody(tracks);
    // A place that is not known yet is waited for.
    if (fit.length > 0) held.current = { key, fit };
  }
  return held.current.fit;
}

// The corners around everybody, for the first look.
function everybody(tracks: TrackStore): [number, number][] {
  if (tracks.count === 0) return [];
  const box = [180, 90, -180, -90] as [number, number, number, number];
  for (let row = 0; row < tracks.count; row += 1) {
    const lng = tracks.lng[row] ?? 0;
    const lat = tracks.lat[row] ?? 0;
    box[0] = Math.min(box[0], lng);
    box[1] = Math.min(box[1], lat);
    box[2] = Math.max(box[2], lng);
    box[3] = Math.max(box[3], lat);
  }
  return [
    [box[0], box[1]],
    [box[2], box[3]],
  ];
}

const zonesKnown = new Map<string, Zone>();

function useZonesOf(orders: Order[] | null): ReadonlyMap<string, Zone> {
  const ids = zoneIdsOf(orders ?? []);
  const loaded = useLoaded(ids.length > 0 ? `zones/${ids.join(",")}` : null, async () => {
    for (const id of ids) {
      if (zonesKnown.has(id)) continue;
      zonesKnown.set(
        id,
        await take(api.GET("/api/v1/zones/{id}", { params: { path: { id } }, signal: patience() })),
      );
    }
    return new Map(zonesKnown);
  });
  return loaded.data ?? zonesKnown;
}

const PAGE = "500";

function useAllAreas(zones: boolean, jurisdictions: boolean): MapArea[] {
  const zoneList = useLoaded(zones ? "all-zones" : null, async () => {
    const list = await take(
      api.GET("/api/v1/zones", { params: { query: { limit: PAGE } as never }, signal: patience() }),
    );
    return list.zones ?? [];
  });
  const places = useLoaded(jurisdictions ? "all-jurisdictions" : null, async () => {
    const list = await take(
      api.GET("/api/v1/jurisdictions", { params: { query: { limit: PAGE } as never }, signal: patience() }),
    );
    return list.jurisdictions ?? [];
  });
  return useMemo(() => {
    const out: MapArea[] = [];
    for (const zone of zones ? (zoneList.data ?? []) : []) {
      const geometry = geometryOf(zone.shape);
      if (geometry && !zone.removed)
        out.push({ id: `zone/${zone.id}`, kind: "buffer", geometry, label: zone.id });
    }
    for (const one of jurisdictions ? (places.data ?? []) : []) {
      const geometry = geometryOf(one.shape);
      if (geometry && !one.removed)
        out.push({ id: `jurisdiction/${one.id}`, kind: "jurisdiction", geometry, label: one.id });
    }
    return out;
  }, [zones, jurisdictions, zoneList.data, places.data]);
}
