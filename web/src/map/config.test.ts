import { describe, expect, test } from "vitest";
import { parseMapConfig } from "./config";
import { tileUrl } from "./raster-tiles";

describe("map configuration", () => {
  test("every kind of base map is understood", () => {
    const made = parseMapConfig({
      base: [
        { id: "builtin", kind: "builtin" },
        { id: "osm", kind: "pmtiles", url: "/tiles/korea.pmtiles", style: "protomaps", attribution: "© OpenStreetMap" },
        { id: "omt", kind: "mvt", url: "/tiles/osm/{z}/{x}/{y}.mvt", style: "openmaptiles" },
        { id: "vworld", kind: "raster", url: "/proxy/vworld/{z}/{y}/{x}.png", minzoom: 6, maxzoom: 19 },
        { id: "agency", kind: "style", url: "https://maps.example.go.kr/style.json" },
      ],
      default: "vworld",
    });
    expect(made.problems).toEqual([]);
    expect(made.base.map((one) => one.kind)).toEqual(["builtin", "pmtiles", "mvt", "raster", "style"]);
    expect(made.default).toBe("vworld");
    expect(made.base[3]).toMatchObject({ tileSize: 256, minzoom: 6, maxzoom: 19 });
  });

  test("what makes no sense is left out with field and reason, the rest stays", () => {
    const made = parseMapConfig({
      base: [
        { id: "a", kind: "raster", url: "/t/{z}/{x}.png" },
        { id: "b", kind: "mvt", url: "/t/{z}/{x}/{y}", style: "mine" },
        { id: "c", kind: "raster", url: "javascript:alert(1)//{z}{x}{y}" },
        { id: "d", kind: "raster", url: "//elsewhere/{z}/{x}/{y}" },
        { id: "e", kind: "raster", url: "/t/{z}/{x}/{y}.png", maxzoom: "9" },
        { kind: "builtin" },
        { id: "g", kind: "globe" },
        "h",
        { id: "good", kind: "raster", url: "/t/{z}/{x}/{y}.png" },
        { id: "good", kind: "builtin" },
      ],
      default: "nowhere",
    });
    expect(made.base.map((one) => one.id)).toEqual(["builtin", "good"]);
    expect(made.problems).toHaveLength(10);
    expect(made.problems[0]).toBe("base[0]: url needs {y}");
    expect(made.problems[9]).toBe("default: there is no base map nowhere");
    expect(made.default).toBe("builtin");
  });

  test("the built-in map is there whatever comes", () => {
    for (const wrong of [null, 5, "x", [], {}, { base: {} }]) {
      const made = parseMapConfig(wrong);
      expect(made.base.map((one) => one.kind)).toEqual(["builtin"]);
      expect(made.problems).toHaveLength(1);
    }
  });

  test("tile addresses are filled in whatever the order", () => {
    expect(tileUrl("/w/{z}/{y}/{x}.png", 7, 109, 50)).toBe("/w/7/50/109.png");
  });
});
