import { describe, expect, test } from "vitest";
import { DrawTool } from "./draw-tool";
import type { LngLat } from "./projection";
import { over } from "./stamper";

const A: LngLat = [127, 37];
const B: LngLat = [127.1, 37];
const C: LngLat = [127.1, 37.1];

function tool(kind: "polygon" | "line"): { tool: DrawTool; ends: (LngLat[] | null)[] } {
  const ends: (LngLat[] | null)[] = [];
  return { tool: new DrawTool(kind, (corners) => ends.push(corners)), ends };
}

describe("drawing by hand", () => {
  test("a polygon needs three corners, a line two", () => {
    const polygon = tool("polygon");
    polygon.tool.set(A);
    polygon.tool.set(B);
    expect(polygon.tool.finish()).toBe(false);
    polygon.tool.set(C);
    expect(polygon.tool.finish()).toBe(true);
    expect(polygon.ends).toEqual([[A, B, C]]);
    const line = tool("line");
    line.tool.set(A);
    expect(line.tool.complete).toBe(false);
    line.tool.set(B);
    expect(line.tool.finish()).toBe(true);
  });

  test("the same place twice ends it, and so does the first corner of a polygon", () => {
    const line = tool("line");
    for (const place of [A, B, B]) line.tool.set(place);
    expect(line.ends).toEqual([[A, B]]);
    const polygon = tool("polygon");
    for (const place of [A, B, C, A]) polygon.tool.set(place);
    expect(polygon.ends).toEqual([[A, B, C]]);
  });

  test("the same place twice too early adds nothing and ends nothing", () => {
    const polygon = tool("polygon");
    polygon.tool.set(A);
    polygon.tool.set(A);
    expect(polygon.tool.corners).toEqual([A]);
    expect(polygon.ends).toEqual([]);
  });

  test("taking back and giving up", () => {
    const polygon = tool("polygon");
    for (const place of [A, B, C]) polygon.tool.set(place);
    polygon.tool.undo();
    expect(polygon.tool.corners).toEqual([A, B]);
    polygon.tool.giveUp();
    expect(polygon.ends).toEqual([null]);
  });
});

describe("stamping", () => {
  test("a half-clear colour over a full one mixes and stays full", () => {
    expect(over(0x80ffffff, 0xff000000, 0x80)).toBe(0xff808080);
  });

  test("over a half-clear one it gets denser", () => {
    expect(over(0x800000ff, 0x800000ff, 0x80) >>> 24).toBe(0xc0);
    expect(over(0x800000ff, 0x800000ff, 0x80) & 0xffffff).toBe(0x0000ff);
  });
});
