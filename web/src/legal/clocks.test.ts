// The time that is left is told in two units and never as more than there is.
import { expect, test } from "vitest";
import { endOfDayUs, leftOf } from "./clocks";

const HOUR = 3_600_000;

test("a clock of two days counts days and hours", () => {
  expect(leftOf(51.9 * HOUR, 0)).toEqual({ unit: "days", a: 2, b: 3, over: false, soon: false });
});

test("the last hours say so", () => {
  expect(leftOf(11.5 * HOUR, 0)).toEqual({ unit: "hours", a: 11, b: 30, over: false, soon: true });
});

test("the due moment itself is too late", () => {
  expect(leftOf(1000, 1000).over).toBe(true);
  expect(leftOf(1000, 999).over).toBe(false);
});

test("a date ends with its day in Korea", () => {
  expect(endOfDayUs("2026-12-31")).toBe(String(Date.UTC(2026, 11, 31, 15) * 1000));
  expect(endOfDayUs("")).toBe("0");
});
