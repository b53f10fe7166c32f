// The clock of playback, and history as frames.
import { describe, expect, it } from "vitest";
import { TrackStore } from "../kit/track-store";
import { lastAtOrBefore, PlaybackBook } from "./playback-book";
import { changeSpeed, seek, share, SPEEDS, startClock, tick, toggle } from "./playback-clock";

const span = { fromMs: 1_000_000, toMs: 1_060_000 };

describe("the playback clock", () => {
  it("stands until it is told to play, and then runs at its speed", () => {
    const clock = startClock(span);
    expect(tick(clock, 500).atMs).toBe(span.fromMs);
    expect(tick({ ...toggle(clock), speed: 10 }, 500).atMs).toBe(span.fromMs + 5000);
  });

  it("stops at the end, and playing on from there begins anew", () => {
    const end = tick({ ...toggle(startClock(span, span.toMs - 100)), speed: 60 }, 1000);
    expect(end.atMs).toBe(span.toMs);
    expect(end.playing).toBe(false);
    expect(toggle(end)).toMatchObject({ atMs: span.fromMs, playing: true });
  });

  it("does not jump over what a sleeping page did not show", () => {
    const clock = { ...toggle(startClock(span)), speed: 10 };
    expect(tick(clock, 60_000).atMs).toBe(span.fromMs + 10_000);
  });

  it("stays within the span when moved", () => {
    expect(seek(startClock(span), 0).atMs).toBe(span.fromMs);
    expect(seek(startClock(span), 9e12).atMs).toBe(span.toMs);
    expect(share(seek(startClock(span), 1_030_000))).toBe(0.5);
  });

  it("steps through its speeds from a half to sixty and no further", () => {
    let clock = startClock(span);
    clock = changeSpeed(clock, -1);
    expect(clock.speed).toBe(0.5);
    expect(changeSpeed(clock, -1).speed).toBe(0.5);
    for (const speed of SPEEDS.slice(1)) {
      clock = changeSpeed(clock, 1);
      expect(clock.speed).toBe(speed);
    }
    expect(changeSpeed(clock, 1).speed).toBe(60);
  });
});

describe("the playback book", () => {
  const point = (personId: string, fixedAtMs: number, latE7: number) => ({
    personId,
    fixedAtMs,
    latE7,
    lngE7: 1_272_000_000,
    accuracyMm: 8000,
    source: 1,
  });

  function played(book: PlaybackBook): TrackStore {
    const store = new TrackStore();
    store.name(book.holders(() => "ROLE_WEARER"));
    return store;
  }

  it("finds the last value that is not later", () => {
    expect(lastAtOrBefore([10, 20, 30], 5)).toBe(-1);
    expect(lastAtOrBefore([10, 20, 30], 20)).toBe(1);
    expect(lastAtOrBefore([10, 20, 30], 99)).toBe(2);
  });

  it("puts everybody where he was last known at that moment, with that age", () => {
    const book = new PlaybackBook();
    book.add([point("w", 1000, 10), point("w", 3000, 30), point("late", 9000, 90)]);
    const store = played(book);
    const frame = book.frameAt(2500);
    expect(frame).not.toBeNull();
    store.apply(frame as ArrayBuffer);
    expect(store.count).toBe(1);
    expect(store.track("w")).toMatchObject({
      lat: 10 / 1e7,
      fixedAtMs: 1000,
      accuracyM: 8,
      kind: "wearer",
      source: 1,
    });
    expect(book.unheard(2500)).toEqual(["late"]);
  });

  it("sends only what changed, and all of it when asked", () => {
    const book = new PlaybackBook();
    book.add([point("a", 1000, 1), point("b", 1000, 1), point("a", 2000, 2)]);
    book.frameAt(1000);
    expect(book.frameAt(1500)).toBeNull();
    expect(book.frameAt(2000)?.byteLength).toBe(16 + 32);
    expect(book.frameAt(2000, true)?.byteLength).toBe(16 + 64);
  });

  it("goes back in time", () => {
    const book = new PlaybackBook();
    book.add([point("w", 1000, 10), point("w", 3000, 30)]);
    const store = played(book);
    store.apply(book.frameAt(4000) as ArrayBuffer);
    store.apply(book.frameAt(1200, true) as ArrayBuffer);
    expect(store.track("w")?.lat).toBe(10 / 1e7);
  });

  it("puts points that came out of order into order", () => {
    const book = new PlaybackBook();
    book.add([point("w", 3000, 30), point("w", 1000, 10)]);
    expect(book.trail("w", 3000, 60_000)).toEqual([
      [127.2, 10 / 1e7],
      [127.2, 30 / 1e7],
    ]);
  });
});
