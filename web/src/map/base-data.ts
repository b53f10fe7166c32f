// The built-in base map as the build made it (tools/basemap.mjs), fetched once per page: districts, provinces, labels in
// two languages, and the land of the neighbours. Boundary data of 2024; not a legal jurisdiction.
import { feature, mesh } from "topojson-client";
import type { GeometryCollection, Topology } from "topojson-specification";
import { type LngLat, mercX, mercY } from "./projection";

export interface BaseLabel {
  code: string;
  level: 0 | 1 | 2; // neighbour, province, district
  ko: string;
  en: string;
  short?: string;
  at: LngLat;
  room: number; // degrees of latitude to the nearest border
}
interface Named {
  ko: string;
  en: string;
  province?: string;
}
interface Files {
  districts: Topology<{ districts: GeometryCollection<Named>; provinces: GeometryCollection<Named> }>;
  neighbours: Topology<{ neighbours: GeometryCollection }>;
  labels: BaseLabel[];
}

export interface BaseData {
  provinces: GeoJSON.FeatureCollection<GeoJSON.Geometry, Named>;
  neighbours: GeoJSON.FeatureCollection;
  districtLines: GeoJSON.MultiLineString; // between districts of one province
  provinceLines: GeoJSON.MultiLineString; // between provinces, and the coast
  labels: BaseLabel[];
  // The district a place lies in, as words of one language; null outside of Korea.
  nameAt(lng: number, lat: number, language: "ko" | "en"): string | null;
}

let loaded: Promise<BaseData> | null = null;

export function loadBaseData(): Promise<BaseData> {
  loaded ??= fetchAll().catch((error: unknown) => {
    loaded = null; // the next map may try again
    throw error;
  });
  return loaded;
}

async function fetchJson(name: string): Promise<unknown> {
  const answer = await fetch(`/map/${name}`);
  if (!answer.ok) throw new Error(`/map/${name}: ${answer.status}`);
  return answer.json();
}

async function fetchAll(): Promise<BaseData> {
  const [districts, neighbours, labels] = await Promise.all(["districts", "neighbours", "labels"].map((name) => fetchJson(`${name}.json`)));
  return decodeBase({ districts, neighbours, labels } as Files);
}

export function decodeBase({ districts, neighbours, labels }: Files): BaseData {
  const made = feature(districts, districts.objects.districts);
  const boxes = made.features.map((one) => boxOf(one.geometry));
  const provinceNames = new Map(
    districts.objects.provinces.geometries.map((one) => [String(one.id), one.properties as Named]),
  );
  const provinceOf = (one: unknown): string | undefined => (one as { properties?: Named }).properties?.province;
  return {
    provinces: feature(districts, districts.objects.provinces),
    neighbours: feature(neighbours, neighbours.objects.neighbours),
    districtLines: mesh(districts, districts.objects.districts, (a, b) => a !== b && provinceOf(a) === provinceOf(b)),
    provinceLines: mesh(districts, districts.objects.provinces),
    labels,
    nameAt(lng, lat, language) {
      for (let i = 0; i < made.features.length; i += 1) {
        const one = made.features[i];
        const box = boxes[i];
        if (!one || !box || lng < box[0] || lat < box[1] || lng > box[2] || lat > box[3]) continue;
        if (!contains(one.geometry, lng, lat)) continue;
        const province = provinceNames.get(one.properties.province ?? "");
        const own = one.properties[language];
        if (!province || province.ko === one.properties.ko) return own;
        return language === "ko" ? `${province.ko} ${own}` : `${own}, ${province.en}`;
      }
      return null;
    },
  };
}

function polygons(geometry: GeoJSON.Geometry): GeoJSON.Position[][][] {
  if (geometry.type === "Polygon") return [geometry.coordinates];
  return geometry.type === "MultiPolygon" ? geometry.coordinates : [];
}

function boxOf(geometry: GeoJSON.Geometry): [number, number, number, number] {
  const box: [number, number, number, number] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const polygon of polygons(geometry)) {
    for (const [lng = 0, lat = 0] of polygon[0] ?? []) {
      box[0] = Math.min(box[0], lng);
      box[1] = Math.min(box[1], lat);
      box[2] = Math.max(box[2], lng);
      box[3] = Math.max(box[3], lat);
    }
  }
  return box;
}

export function contains(geometry: GeoJSON.Geometry, lng: number, lat: number): boolean {
  let inside = false;
  for (const polygon of polygons(geometry)) {
    for (const ring of polygon) {
      for (let i = 0, j = ring.length - 1; i < ring.length; j = i, i += 1) {
        const [ax = 0, ay = 0] = ring[i] ?? [];
        const [bx = 0, by = 0] = ring[j] ?? [];
        if (ay > lat !== by > lat && lng < ((bx - ax) * (lat - ay)) / (by - ay) + ax) inside = !inside;
      }
    }
  }
  return inside;
}

// Canvas paths in map coordinates times PATH_SCALE (single-precision paths would lose metres between 0 and 1).
export const PATH_SCALE = 65536;

export function pathOf(geometry: GeoJSON.Geometry | GeoJSON.FeatureCollection, origin: [number, number]): Path2D {
  const path = new Path2D();
  const line = (points: GeoJSON.Position[], close: boolean): void => {
    points.forEach(([lng = 0, lat = 0], i) => {
      const x = (mercX(lng) - origin[0]) * PATH_SCALE;
      const y = (mercY(lat) - origin[1]) * PATH_SCALE;
      if (i === 0) path.moveTo(x, y);
      else path.lineTo(x, y);
    });
    if (close) path.closePath();
  };
  const add = (one: GeoJSON.Geometry): void => {
    for (const polygon of polygons(one)) for (const ring of polygon) line(ring, true);
    if (one.type === "MultiLineString") for (const points of one.coordinates) line(points, false);
  };
  if (geometry.type === "FeatureCollection") for (const one of geometry.features) add(one.geometry);
  else add(geometry);
  return path;
}
