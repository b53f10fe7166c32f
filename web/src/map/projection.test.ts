import { describe, expect, test } from "vitest";
import { between, fitted, latOf, lngOf, MAX_ZOOM, mercLength, mercX, mercY, metresPerPixel, placeAt, scaleBar, toScreen, type View,
  worldSize, zoomedAt } from "./projection";

const view: View = { x: mercX(127), y: mercY(37), zoom: 12, width: 800, height: 600 };

describe("projection", () => {
  test("there and back again gives the same place", () => {
    for (const [lng, lat] of [
      [126.5, 33.2],
      [129.9, 38.6],
      [127, 37],
    ] as const) {
      expect(lngOf(mercX(lng))).toBeCloseTo(lng, 9);
      expect(latOf(mercY(lat))).toBeCloseTo(lat, 9);
    }
  });

  test("the centre of the view is in the middle of the screen, north is up", () => {
    expect(toScreen(view, view.x, view.y)).toEqual([400, 300]);
    const [, above] = toScreen(view, mercX(127), mercY(37.01));
    expect(above).toBeLessThan(300);
    const [lng, lat] = placeAt(view, 400, 300);
    expect(lng).toBeCloseTo(127, 9);
    expect(lat).toBeCloseTo(37, 9);
  });

  test("a kilometre on the ground has the same length by both ways of reckoning", () => {
    const px = mercLength(1000, 37) * worldSize(14);
    expect(px).toBeCloseTo(1000 / metresPerPixel(37, 14), 6);
  });

  test("a degree of latitude is about 111 km", () => {
    const px = (mercY(36.5) - mercY(37.5)) * worldSize(10);
    expect(px * metresPerPixel(37, 10)).toBeGreaterThan(110_500);
    expect(px * metresPerPixel(37, 10)).toBeLessThan(111_800);
  });

  test("zooming keeps the place under the pointer", () => {
    const before = placeAt(view, 200, 500);
    const after = placeAt(zoomedAt(view, 14.3, 200, 500), 200, 500);
    expect(after[0]).toBeCloseTo(before[0], 9);
    expect(after[1]).toBeCloseTo(before[1], 9);
    expect(zoomedAt(view, 40, 0, 0).zoom).toBe(MAX_ZOOM);
  });

  test("fitting shows all points inside of the margin and a single point not closer than asked", () => {
    const points: [number, number][] = [
      [126.9, 37.4],
      [127.3, 37.7],
    ];
    const to = fitted(view, points, 50);
    for (const [lng, lat] of points) {
      const [x, y] = toScreen(to, mercX(lng), mercY(lat));
      expect(x).toBeGreaterThanOrEqual(49.9);
      expect(x).toBeLessThanOrEqual(750.1);
      expect(y).toBeGreaterThanOrEqual(49.9);
      expect(y).toBeLessThanOrEqual(550.1);
    }
    expect(fitted(view, [[127, 37]], 50, 15).zoom).toBe(15);
    expect(fitted(view, [], 50)).toBe(view);
  });

  test("a flight begins and ends where it should", () => {
    const to = zoomedAt(view, 15, 100, 100);
    expect(between(view, to, 0).x).toBeCloseTo(view.x, 12);
    expect(between(view, to, 1).x).toBeCloseTo(to.x, 12);
    expect(between(view, to, 1).zoom).toBeCloseTo(15, 12);
  });

  test("the scale bar is a round length that fits", () => {
    for (let zoom = 5; zoom <= 19; zoom += 0.7) {
      const { metres, px } = scaleBar(36, zoom, 110);
      expect(px).toBeLessThanOrEqual(110);
      expect(px).toBeGreaterThan(35);
      expect(String(metres)).toMatch(/^[125]0*$/);
    }
  });
});
