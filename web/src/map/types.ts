// What surfaces hand to the map. Everything here was decided and measured by the server; the map only draws it.
import type { TrackStore } from "../kit/track-store";

export type Severity = 0 | 1 | 2 | 3; // as the 112 code: 0 critical .. 3 notice

// An object that wants attention: drawn above the mass of tracks, with a label and never clustered.
export interface Mark {
  id: string;
  kind: "wearer" | "protected" | "unit" | "self";
  lat: number;
  lng: number;
  label?: string;
  severity?: Severity | null;
  courseDeg?: number | null;
  accuracyM?: number;
  stale?: boolean;
  selected?: boolean;
}

export interface MapLine {
  id: string;
  kind: "trail" | "pair" | "guide" | "measure";
  points: [lng: number, lat: number][];
  label?: string; // drawn in the middle
  severity?: Severity | null;
}

export type AreaKind =
  | "exclusion"
  | "inclusion"
  | "buffer"
  | "ring_ban"
  | "ring_map"
  | "ring_police"
  | "ring_warn"
  | "jurisdiction"
  | "draft";
export interface MapArea {
  id: string;
  kind: AreaKind;
  geometry: GeoJSON.Polygon | GeoJSON.MultiPolygon | { type: "Circle"; centre: [lng: number, lat: number]; radiusM: number };
  label?: string;
  scheduled?: boolean; // not in force now: dashed
}

export interface MapProps {
  label: string; // for screen readers: what the map shows, as a sentence
  tracks?: TrackStore;
  // Severity of a track's open alert, or null; alarmed tracks are never clustered.
  severityOf?: (id: string) => Severity | null;
  serverNowMs?: () => number; // for stale marks
  marks?: Mark[];
  lines?: MapLine[];
  areas?: MapArea[];
  centre?: [lng: number, lat: number];
  zoom?: number;
  fit?: [lng: number, lat: number][] | null; // kept in view until the person moves the map
  onPick?: (id: string | null) => void; // a mark or track was chosen
  onPlace?: (place: { lat: number; lng: number }) => void; // a bare place was clicked
  // The name of a track with an open alert, instead of its id; null: no name.
  labelOf?: (id: string) => string | null;
  onDelay?: (seconds: number | null) => void; // news has not been drawn for this long; null: all is drawn
  cluster?: boolean; // default true
  simple?: boolean; // no layer panel, no mouse hints: phones
  viewer?: string; // who looks: stands on every photograph of it
}

export interface MapHandle {
  flyTo(place: { lat: number; lng: number }, zoom?: number): void;
  fit(points: [lng: number, lat: number][]): void;
  // Lets the person draw; resolves with the corners, or null when given up (Escape).
  draw(kind: "polygon" | "line"): Promise<[lng: number, lat: number][] | null>;
  stats(): { engine: "webgl" | "canvas"; draws: number; lastDrawMs: number; drawLatencyMs: number[] };
}
