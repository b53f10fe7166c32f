// Styles for MapLibre, for each kind of base map. No glyph server and no sprites: text is drawn with the fonts of the
// machine, and there are no icons.
import type { LayerSpecification, SourceSpecification, StyleSpecification } from "maplibre-gl";
import type { BaseData } from "./base-data";
import type { BaseMap } from "./config";
import type { BaseWanted } from "./engine";
import { vectorLayers } from "./vector-layers";
import type { MapTheme } from "./theme";

const FONTS = ["Noto Sans CJK KR", "sans-serif"];

export function baseStyle({ base, data, theme, language }: BaseWanted): StyleSpecification | string {
  switch (base.kind) {
    case "style":
      return absolute(base.url);
    case "raster":
      return whole(theme, rasterSource(base), [{ id: "tiles", type: "raster", source: "base" }]);
    case "pmtiles":
      return whole(theme, { type: "vector", url: `pmtiles://${absolute(base.url)}` }, vectorLayers(base.style, theme, language));
    case "mvt":
      return whole(
        theme,
        { type: "vector", tiles: [absolute(base.url)], minzoom: base.minzoom, maxzoom: base.maxzoom },
        vectorLayers(base.style, theme, language),
      );
    case "builtin":
      return data ? builtinStyle(data, theme, language) : whole(theme, null, []);
  }
}

// MapLibre's worker has no page address to start from. The braces of {z} must stay as they are.
export function absolute(url: string): string {
  return /^https?:/.test(url) ? url : location.origin + url;
}

function rasterSource(base: Extract<BaseMap, { kind: "raster" }>): SourceSpecification {
  const { tileSize, minzoom, maxzoom } = base;
  return { type: "raster", tiles: [absolute(base.url)], tileSize, minzoom, maxzoom };
}

function whole(theme: MapTheme, source: SourceSpecification | null, layers: LayerSpecification[]): StyleSpecification {
  return {
    version: 8,
    sources: source ? { base: source } : {},
    layers: [{ id: "water", type: "background", paint: { "background-color": theme.water } }, ...layers],
  };
}

function builtinStyle(data: BaseData, theme: MapTheme, language: "ko" | "en"): StyleSpecification {
  const labels: GeoJSON.FeatureCollection = {
    type: "FeatureCollection",
    features: data.labels.map((one) => ({
      type: "Feature",
      properties: { level: one.level, text: language === "ko" ? (one.short ?? one.ko) : one.en },
      geometry: { type: "Point", coordinates: one.at },
    })),
  };
  const source = (of: GeoJSON.GeoJSON): SourceSpecification => ({ type: "geojson", data: of, tolerance: 0.4 });
  const text = (id: string, provincial: boolean): LayerSpecification => ({
    id,
    type: "symbol",
    source: "labels",
    ...(provincial ? { maxzoom: 8.6 } : { minzoom: 8.6 }),
    filter: provincial ? ["<", ["get", "level"], 2] : ["==", ["get", "level"], 2],
    layout: { "text-field": ["get", "text"], "text-size": provincial ? 13 : 12, "text-font": FONTS, "text-padding": 3 },
    paint: { "text-color": theme.label, "text-halo-color": theme.land, "text-halo-width": 1.4 },
  });
  return {
    version: 8,
    sources: {
      neighbours: source(data.neighbours),
      land: source(data.provinces),
      districts: source(data.districtLines),
      provinces: source(data.provinceLines),
      labels: source(labels),
    },
    layers: [
      { id: "water", type: "background", paint: { "background-color": theme.water } },
      { id: "neighbours", type: "fill", source: "neighbours", paint: { "fill-color": theme.neighbour } },
      { id: "land", type: "fill", source: "land", paint: { "fill-color": theme.land } },
      {
        id: "districts",
        type: "line",
        source: "districts",
        minzoom: 7,
        paint: {
          "line-color": theme.line,
          "line-width": 0.8,
          "line-opacity": ["interpolate", ["linear"], ["zoom"], 7, 0.5, 7.5, 1],
        },
      },
      {
        id: "provinces",
        type: "line",
        source: "provinces",
        paint: { "line-color": theme.border, "line-width": ["step", ["zoom"], 1, 8, 1.4] },
      },
      text("province-names", true),
      text("district-names", false),
    ],
  };
}
