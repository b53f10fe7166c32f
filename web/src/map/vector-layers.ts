// Layers for vector tiles in the two common schemas (Protomaps and OpenMapTiles), in our own colours and quiet on purpose:
// people and alerts must stand out, not the streets.
import type { ExpressionSpecification, FilterSpecification, LayerSpecification } from "maplibre-gl";
import type { VectorStyle } from "./config";
import type { MapTheme } from "./theme";

const FONTS = ["Noto Sans CJK KR", "sans-serif"];

// What one schema calls the things we draw.
interface Schema {
  kind: string; // property that says what a road or place is
  earth: string | null; // land as polygons; otherwise land is the background
  green: string[];
  roads: string;
  roadNames: string;
  buildings: string;
  border: { layer: string; filter: FilterSpecification };
  places: string;
  big: string[];
  middle: string[];
  small: string[];
  paths: string[];
  rails: string[];
  towns: string[];
  villages: string[];
  placeKind: string;
}

const SCHEMAS: Record<VectorStyle, Schema> = {
  protomaps: {
    kind: "kind",
    earth: "earth",
    green: ["landcover", "landuse"],
    roads: "roads",
    roadNames: "roads",
    buildings: "buildings",
    border: { layer: "boundaries", filter: ["<=", ["to-number", ["get", "kind_detail"], 9], 6] },
    places: "places",
    big: ["highway"],
    middle: ["major_road", "medium_road"],
    small: ["minor_road"],
    paths: ["path", "other"],
    rails: ["rail"],
    towns: ["locality", "city", "region"],
    villages: ["neighbourhood", "macrohood", "town", "village"],
    placeKind: "kind",
  },
  openmaptiles: {
    kind: "class",
    earth: null,
    green: ["landcover", "landuse", "park"],
    roads: "transportation",
    roadNames: "transportation_name",
    buildings: "building",
    border: { layer: "boundary", filter: ["<=", ["get", "admin_level"], 6] },
    places: "place",
    big: ["motorway", "trunk"],
    middle: ["primary", "secondary", "tertiary"],
    small: ["minor", "service", "residential"],
    paths: ["path", "track"],
    rails: ["rail", "transit"],
    towns: ["city", "town", "province", "state"],
    villages: ["village", "suburb", "quarter", "neighbourhood", "hamlet"],
    placeKind: "class",
  },
};

export function vectorLayers(style: VectorStyle, theme: MapTheme, language: "ko" | "en"): LayerSpecification[] {
  const s = SCHEMAS[style];
  const base = { source: "base" } as const;
  const name: ExpressionSpecification =
    language === "ko"
      ? ["coalesce", ["get", "name:ko"], ["get", "name"]]
      : ["coalesce", ["get", "name:en"], ["get", "name_en"], ["get", "name:latin"], ["get", "name"]];
  const green: FilterSpecification = [
    "in",
    ["get", s.kind],
    ["literal", ["park", "wood", "forest", "grass", "grassland", "nature_reserve", "cemetery", "scrub", "protected_area", "national_park"]],
  ];
  const layers: LayerSpecification[] = [
    s.earth
      ? { ...base, id: "land", type: "fill", "source-layer": s.earth, paint: { "fill-color": theme.land } }
      : { id: "land", type: "background", paint: { "background-color": theme.land } },
  ];
  s.green.forEach((layer) => {
    layers.push({
      ...base,
      id: `green-${layer}`,
      type: "fill",
      "source-layer": layer,
      filter: green,
      paint: { "fill-color": theme.dark ? "#1d3a2f" : "#cfe3c6", "fill-opacity": 0.55 },
    });
  });
  layers.push(
    {
      ...base,
      id: "waters",
      type: "fill",
      "source-layer": "water",
      filter: ["==", ["geometry-type"], "Polygon"],
      paint: { "fill-color": theme.water },
    },
    {
      ...base,
      id: "buildings",
      type: "fill",
      "source-layer": s.buildings,
      minzoom: 14,
      paint: { "fill-color": theme.line, "fill-opacity": 0.35 },
    },
  );
  layers.push(...roadLayers(s, theme), {
    ...base,
    id: "borders",
    type: "line",
    "source-layer": s.border.layer,
    filter: s.border.filter,
    paint: { "line-color": theme.border, "line-width": 1, "line-dasharray": [4, 2] },
  });
  const text = (id: string, layer: string, filter: FilterSpecification, size: number, minzoom: number, along: boolean): void => {
    layers.push({
      ...base,
      id,
      type: "symbol",
      "source-layer": layer,
      minzoom,
      filter,
      layout: {
        "text-field": name,
        "text-font": FONTS,
        "text-size": size,
        ...(along ? { "symbol-placement": "line" as const } : { "text-padding": 6 }),
      },
      paint: { "text-color": theme.label, "text-halo-color": theme.land, "text-halo-width": 1.4 },
    });
  };
  text("road-names", s.roadNames, ["has", "name"], 11, 13, true);
  text("villages", s.places, ["in", ["get", s.placeKind], ["literal", s.villages]], 12, 11, false);
  text("towns", s.places, ["in", ["get", s.placeKind], ["literal", s.towns]], 13, 5, false);
  return layers;
}

function roadLayers(s: Schema, theme: MapTheme): LayerSpecification[] {
  const widths: [string, string[], number, number, number, number][] = [
    // id, kinds, from zoom, width at 8, at 14, at 18
    ["paths", s.paths, 14, 0, 0.6, 3],
    ["small-roads", s.small, 12, 0, 1.4, 12],
    ["middle-roads", s.middle, 8, 0.5, 3, 18],
    ["big-roads", s.big, 5, 1, 4.5, 24],
  ];
  const roads = widths.map(([id, kinds, minzoom, at8, at14, at18]): LayerSpecification => ({
    source: "base",
    id,
    type: "line",
    "source-layer": s.roads,
    minzoom,
    filter: ["in", ["get", s.kind], ["literal", kinds]],
    layout: { "line-cap": "round", "line-join": "round" },
    paint: {
      "line-color": id === "big-roads" ? theme.border : theme.dark ? theme.line : "#ffffff",
      "line-opacity": theme.dark ? 0.75 : 1,
      "line-width": ["interpolate", ["exponential", 1.5], ["zoom"], 8, at8, 14, at14, 18, at18],
    },
  }));
  return [
    ...roads,
    {
      source: "base",
      id: "rails",
      type: "line",
      "source-layer": s.roads,
      minzoom: 9,
      filter: ["in", ["get", s.kind], ["literal", s.rails]],
      paint: { "line-color": theme.border, "line-width": 1.2, "line-dasharray": [3, 3], "line-opacity": 0.8 },
    },
  ];
}
