// When the phone tells where it is, and what she is told of the phone.
import { describe, expect, it } from "vitest";
import { mayTell, type PhoneState, troublesOf } from "./phone";

const tell = (waitedMs: number, near: boolean, fresh: boolean) => mayTell({ nowMs: 1_000_000 + waitedMs, triedAtMs: 1_000_000, near, fresh });

describe("a place is told", () => {
  it("at most every five seconds when somebody is near", () => {
    expect(tell(4999, true, true)).toBe(false);
    expect(tell(5000, true, true)).toBe(true);
  });

  it("at most every thirty seconds else", () => {
    expect(tell(5000, false, true)).toBe(false);
    expect(tell(30_000, false, true)).toBe(true);
  });

  it("and without a new one the phone says every thirty seconds that it is there", () => {
    expect(tell(29_999, true, false)).toBe(false);
    expect(tell(30_000, true, false)).toBe(true);
  });
});

describe("her phone", () => {
  const well: PhoneState = {
    location: "on", notices: "on", battery: { percent: 80, charging: false }, online: true, fix: null, takenAtMs: 1, refused: false,
  };
  it("has no trouble when everything works", () => expect(troublesOf(well)).toEqual([]));
  it("is not called broken while a place is being looked for", () => expect(troublesOf({ ...well, location: "waiting" })).toEqual([]));
  it.each(["denied", "off", "unasked", "unsupported"] as const)("says that location is %s", (location) =>
    expect(troublesOf({ ...well, location })).toEqual([`location_${location}`]));
  it.each(["denied", "unasked", "unsupported"] as const)("says that notifications are %s", (notices) =>
    expect(troublesOf({ ...well, notices })).toEqual([`notices_${notices}`]));
  it("says that the battery is low, but not while it charges", () => {
    expect(troublesOf({ ...well, battery: { percent: 20, charging: false } })).toEqual(["battery_low"]);
    expect(troublesOf({ ...well, battery: { percent: 20, charging: true } })).toEqual([]);
    expect(troublesOf({ ...well, battery: null })).toEqual([]);
  });
  it("says that the server does not take its place", () => expect(troublesOf({ ...well, refused: true })).toEqual(["refused"]));
});
