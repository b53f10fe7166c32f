// When a page that nobody touches ends its session.
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { CASEWORK_IDLE_MS, watchIdle } from "./idle";

const kept = new Map<string, string>();
let browser: EventTarget;

beforeEach(() => {
  vi.useFakeTimers();
  kept.clear();
  browser = new EventTarget();
  vi.stubGlobal("addEventListener", browser.addEventListener.bind(browser));
  vi.stubGlobal("removeEventListener", browser.removeEventListener.bind(browser));
  vi.stubGlobal("localStorage", { getItem: (key: string) => kept.get(key) ?? null, setItem: (key: string, value: string) => void kept.set(key, value) });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("ends after half an hour without a touch, once", () => {
  const leave = vi.fn();
  watchIdle(CASEWORK_IDLE_MS, leave);
  vi.advanceTimersByTime(CASEWORK_IDLE_MS - 1000);
  expect(leave).not.toHaveBeenCalled();
  vi.advanceTimersByTime(20_000);
  expect(leave).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(CASEWORK_IDLE_MS * 2);
  expect(leave).toHaveBeenCalledTimes(1);
});

it("counts anew from each key and each press", () => {
  const leave = vi.fn();
  watchIdle(CASEWORK_IDLE_MS, leave);
  for (const sign of ["keydown", "pointerdown", "wheel"]) {
    vi.advanceTimersByTime(CASEWORK_IDLE_MS - 60_000);
    browser.dispatchEvent(new Event(sign));
  }
  expect(leave).not.toHaveBeenCalled();
  vi.advanceTimersByTime(CASEWORK_IDLE_MS + 10_000);
  expect(leave).toHaveBeenCalledTimes(1);
});

it("goes on while another page of the same browser is used", () => {
  const left = vi.fn();
  watchIdle(CASEWORK_IDLE_MS, left);
  vi.advanceTimersByTime(CASEWORK_IDLE_MS - 60_000);
  kept.set("used", String(Date.now())); // what the other page tells
  vi.advanceTimersByTime(CASEWORK_IDLE_MS - 60_000);
  expect(left).not.toHaveBeenCalled();
  vi.advanceTimersByTime(120_000);
  expect(left).toHaveBeenCalledTimes(1);
});

it("asks nothing any more once it is not watched", () => {
  const left = vi.fn();
  watchIdle(CASEWORK_IDLE_MS, left)();
  vi.advanceTimersByTime(CASEWORK_IDLE_MS * 2);
  expect(left).not.toHaveBeenCalled();
});
