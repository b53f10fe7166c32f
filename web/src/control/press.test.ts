// A press is meant for its row while the pointer stays where it was.
import { expect, test } from "vitest";
import { sameSpot } from "./press";

const pressed = { key: "a", pointer: 7, x: 100, y: 200 };

test("a hand that trembles still means the row", () => {
  expect(sameSpot(pressed, { pointerId: 7, clientX: 108, clientY: 205 })).toBe(true);
});

test("moving away gives it up", () => {
  expect(sameSpot(pressed, { pointerId: 7, clientX: 100, clientY: 240 })).toBe(false);
});

test("another finger is not this one", () => {
  expect(sameSpot(pressed, { pointerId: 8, clientX: 100, clientY: 200 })).toBe(false);
});
