// Web Mercator and the view onto it. Map coordinates run from 0 to 1 (west to east, north to south); at zoom z the world
// is 512 * 2^z pixels wide, as MapLibre counts. The view never tilts or turns: north is up in both engines.

export interface View {
  x: number; // centre, map coordinates
  y: number;
  zoom: number;
  width: number; // CSS pixels
  height: number;
}
export type Point = [x: number, y: number];
export type LngLat = [lng: number, lat: number];

export const MIN_ZOOM = 5;
export const MAX_ZOOM = 19;
const EARTH_M = 40_075_016.686; // round the equator
// The centre stays here: Korea and the waters round it.
const WEST = 116;
const EAST = 138;
const SOUTH = 30;
const NORTH = 44.5;

export const mercX = (lng: number): number => (180 + lng) / 360;
export const mercY = (lat: number): number =>
  0.5 - Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / (2 * Math.PI);
export const lngOf = (x: number): number => x * 360 - 180;
export const latOf = (y: number): number => (Math.atan(Math.exp((0.5 - y) * 2 * Math.PI)) * 360) / Math.PI - 90;

export const worldSize = (zoom: number): number => 512 * 2 ** zoom;
// A length on the ground, in map coordinates at that latitude.
export const mercLength = (metres: number, lat: number): number => metres / (EARTH_M * Math.cos((lat * Math.PI) / 180));
export const metresPerPixel = (lat: number, zoom: number): number =>
  (EARTH_M * Math.cos((lat * Math.PI) / 180)) / worldSize(zoom);

export function toScreen(view: View, x: number, y: number): Point {
  const size = worldSize(view.zoom);
  return [(x - view.x) * size + view.width / 2, (y - view.y) * size + view.height / 2];
}

export function toMap(view: View, px: number, py: number): Point {
  const size = worldSize(view.zoom);
  return [view.x + (px - view.width / 2) / size, view.y + (py - view.height / 2) / size];
}

export function placeAt(view: View, px: number, py: number): LngLat {
  const [x, y] = toMap(view, px, py);
  return [lngOf(x), latOf(y)];
}

export function clampView(view: View): View {
  return {
    ...view,
    zoom: Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, view.zoom)),
    x: Math.min(mercX(EAST), Math.max(mercX(WEST), view.x)),
    y: Math.min(mercY(SOUTH), Math.max(mercY(NORTH), view.y)),
  };
}

export function panned(view: View, dx: number, dy: number): View {
  const size = worldSize(view.zoom);
  return clampView({ ...view, x: view.x - dx / size, y: view.y - dy / size });
}

// Zooms so that what is under (px, py) stays there.
export function zoomedAt(view: View, zoom: number, px: number, py: number): View {
  const to = Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, zoom));
  const [x, y] = toMap(view, px, py);
  const size = worldSize(to);
  return clampView({ ...view, zoom: to, x: x - (px - view.width / 2) / size, y: y - (py - view.height / 2) / size });
}

// The view that holds all points with a margin; a single point keeps the zoom, at least `closest`.
export function fitted(view: View, points: readonly LngLat[], marginPx: number, closest = 16): View {
  if (points.length === 0) return view;
  const box = [Infinity, Infinity, -Infinity, -Infinity] as [number, number, number, number];
  for (const [lng, lat] of points) {
    const x = mercX(lng);
    const y = mercY(lat);
    box[0] = Math.min(box[0], x);
    box[1] = Math.min(box[1], y);
    box[2] = Math.max(box[2], x);
    box[3] = Math.max(box[3], y);
  }
  const wide = Math.max(80, view.width - 2 * marginPx);
  const high = Math.max(80, view.height - 2 * marginPx);
  const zoom = Math.log2(Math.min(wide / Math.max(box[2] - box[0], 1e-9), high / Math.max(box[3] - box[1], 1e-9)) / 512);
  return clampView({ ...view, x: (box[0] + box[2]) / 2, y: (box[1] + box[3]) / 2, zoom: Math.min(closest, zoom) });
}

// Between two views, for animation: zoom evenly, and the centre so that motion on the screen looks even.
export function between(from: View, to: View, share: number): View {
  const zoom = from.zoom + (to.zoom - from.zoom) * share;
  const d = to.zoom - from.zoom;
  const even = Math.abs(d) < 0.01 ? share : (1 - 2 ** (-d * share)) / (1 - 2 ** -d);
  return { ...to, zoom, x: from.x + (to.x - from.x) * even, y: from.y + (to.y - from.y) * even };
}

// A round length for the scale bar: at most maxPx wide. Metres and pixels.
export function scaleBar(lat: number, zoom: number, maxPx: number): { metres: number; px: number } {
  const mpp = metresPerPixel(lat, zoom);
  const most = mpp * maxPx;
  const ten = 10 ** Math.floor(Math.log10(most));
  const metres = ([5, 2, 1].find((m) => m * ten <= most) ?? 1) * ten;
  return { metres, px: metres / mpp };
}
