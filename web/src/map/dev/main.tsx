// A page of its own for looking at the map and measuring it; not part of any surface. What it shows comes from the address:
// ?n= tracks, &z= zoom, &c=lng,lat, &theme=, &lang=, &map=, &scene=1 (marks, lines and areas), &simple=1, &alarmed= per mille.
import { Suspense, lazy, useRef } from "react";
import { createRoot } from "react-dom/client";
import { TrackStore } from "../../kit/track-store";
import { setUpWords } from "../../kit/words";
import type { MapArea, MapHandle, MapLine, Mark, Severity } from "../types";
import "../../kit/theme.css";

const asked = new URLSearchParams(location.search);
const number = (name: string, otherwise: number): number => Number(asked.get(name) ?? otherwise);
document.documentElement.dataset.theme = asked.get("theme") ?? "dark";
setUpWords({ ko: {}, en: {} });

const MapView = lazy(() => import("../map-view"));
const store = new TrackStore();
const severities = new Map<string, Severity>();
const perMille = number("alarmed", 8);

function connect(): void {
  const socket = new WebSocket(`ws://${location.host}/tracks?n=${number("n", 0)}`);
  socket.binaryType = "arraybuffer";
  socket.onmessage = (message: MessageEvent<string | ArrayBuffer>) => {
    if (typeof message.data === "string") {
      const { holders } = JSON.parse(message.data) as { holders: { index: number; person_id?: string; unit_id?: string }[] };
      store.name(holders);
      for (const { index, person_id: id } of holders) {
        if (id && (index * 7919) % 1000 < perMille) severities.set(id, ((index * 31) % 4) as Severity);
      }
    } else {
      store.apply(message.data);
    }
  };
}
if (number("n", 0) > 0) connect();

const [lng, lat] = (asked.get("c") ?? "127.6,36.35").split(",").map(Number) as [number, number];
const at = (east: number, north: number): [number, number] => [lng + east / 89000, lat + north / 111000];
const wearer = at(-310, 120);
const home = at(90, -60);
const mark = (id: string, kind: Mark["kind"], place: [number, number], more: Partial<Mark>): Mark => ({
  id,
  kind,
  lng: place[0],
  lat: place[1],
  ...more,
});
const marks: Mark[] = asked.has("scene")
  ? [
      mark("w1", "wearer", wearer, { severity: 0, label: "EM-03293", courseDeg: 112, accuracyM: 35, selected: true }),
      mark("p1", "protected", home, { label: "V-118", accuracyM: 12 }),
      mark("u1", "unit", at(-900, -500), { label: "순21", courseDeg: 40 }),
      mark("u2", "unit", at(700, 640), { label: "순24", courseDeg: 215 }),
      mark("u3", "unit", at(1300, -420), { label: "순07", stale: true }),
      mark("w2", "wearer", at(-1300, 700), { severity: 1, label: "EM-00710", courseDeg: 250, accuracyM: 160 }),
      mark("w3", "wearer", at(820, -860), { severity: 2, label: "EM-00586", stale: true, accuracyM: 240 }),
      mark("w4", "wearer", at(300, 900), { severity: 3, label: "EM-04823" }),
      mark("w5", "wearer", at(-500, -900), { label: "EM-01046", courseDeg: 10 }),
      mark("p2", "protected", at(1500, 300), { label: "V-204", severity: 0 }),
      mark("me", "self", at(-700, -300), { label: "나", courseDeg: 60 }),
    ]
  : [];
const trail = Array.from({ length: 40 }, (_, i): [number, number] => at(-310 - i * 24, 120 + i * 14 + 60 * Math.sin(i / 5)));
const lines: MapLine[] = asked.has("scene")
  ? [
      { id: "t", kind: "trail", points: trail.reverse(), severity: 0 },
      { id: "p", kind: "pair", points: [wearer, home], label: "412 m · 접근 중", severity: 0 },
      { id: "g", kind: "guide", points: [at(-900, -500), wearer], label: "직선 방향" },
      { id: "m", kind: "measure", points: [at(500, 200), at(900, 250), at(1000, -100)], label: "812 m" },
    ]
  : [];
const circle = (id: string, kind: MapArea["kind"], radiusM: number, label: string): MapArea => ({
  id,
  kind,
  geometry: { type: "Circle", centre: home, radiusM },
  label,
});
const square = (east: number, north: number, size: number): GeoJSON.Polygon => ({
  type: "Polygon",
  coordinates: [[at(east, north), at(east + size, north + 60), at(east + size - 80, north + size), at(east - 40, north + size * 0.8), at(east, north)]],
});
const areas: MapArea[] = asked.has("scene")
  ? [
      circle("r1", "ring_ban", 500, "접근금지 500 m"),
      circle("r2", "ring_police", 1000, "경찰 통보 1 km"),
      circle("r3", "ring_map", 2000, "지도 2 km"),
      { id: "x", kind: "exclusion", geometry: square(-1500, -700, 420), label: "출입금지" },
      { id: "i", kind: "inclusion", geometry: square(900, 500, 500), label: "허용 구역" },
      { id: "s", kind: "exclusion", geometry: square(200, -1300, 380), label: "출입금지 22:00–06:00", scheduled: true },
    ]
  : [];

declare global {
  interface Window {
    bench: { map: MapHandle | null; store: TrackStore; picked: (string | null)[] };
  }
}
window.bench = { map: null, store, picked: [] };
const severityOf = (id: string): Severity | null => severities.get(id) ?? null;

function Page() {
  const map = useRef<MapHandle>(null);
  return (
    <Suspense>
      <MapView
        ref={(handle: MapHandle | null) => {
          map.current = handle;
          window.bench.map = handle;
        }}
        label="시험 지도"
        tracks={store}
        severityOf={severityOf}
        serverNowMs={Date.now}
        marks={marks}
        lines={lines}
        areas={areas}
        centre={[lng, lat]}
        zoom={number("z", 7)}
        onPick={(id) => window.bench.picked.push(id)}
        simple={asked.has("simple")}
      />
    </Suspense>
  );
}

const root = document.getElementById("root");
if (root) createRoot(root).render(<Page />);
