// A registered shape as the map takes it.
import { lngLat, type Schemas } from "../kit/api";
import type { MapArea } from "../map/types";

type Shape = Schemas["Shape"];
type Corners = [number, number][];

const ring = (one: Schemas["Ring"] | undefined): Corners => {
  const all = (one?.corners ?? []).map(lngLat);
  const first = all[0];
  return first ? [...all, first] : [];
};
const rings = (one: Schemas["Polygon"]): Corners[] => [ring(one.outer), ...(one.holes ?? []).map(ring)].filter((each) => each.length > 3);

export function geometryOf(shape: Shape | undefined): MapArea["geometry"] | null {
  if (shape?.circle?.centre) return { type: "Circle", centre: lngLat(shape.circle.centre), radiusM: (shape.circle.radius_mm ?? 0) / 1000 };
  if (shape?.polygon) return { type: "Polygon", coordinates: rings(shape.polygon) };
  if (shape?.multi_polygon) return { type: "MultiPolygon", coordinates: (shape.multi_polygon.polygons ?? []).map(rings) };
  return null;
}

// What the map must keep in view to show it.
export function corners(shape: Shape | undefined): Corners {
  const geometry = geometryOf(shape);
  if (!geometry) return [];
  if (geometry.type === "Circle") {
    const [lng, lat] = geometry.centre;
    const d = geometry.radiusM / 80_000; // roomy: only to look at
    return [[lng - d, lat - d], [lng + d, lat + d]];
  }
  const all = geometry.type === "Polygon" ? geometry.coordinates.flat() : geometry.coordinates.flat(2);
  return all.map(([lng = 0, lat = 0]) => [lng, lat]);
}
