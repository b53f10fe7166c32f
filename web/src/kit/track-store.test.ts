// Newest places as columns: the bytes of the wire, holes when a right ends, and growth.
import fs from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { FRAME_VERSION, HEADER_BYTES, RECORD_BYTES, TrackStore, UNKNOWN_16, UNKNOWN_8 } from "./track-store";

interface Wire {
  index: number;
  lat_e7: number;
  lng_e7: number;
  fix_age_ms?: number;
  heard_age_ms?: number;
  accuracy_m?: number;
  course_deg?: number;
  speed_dmps?: number;
  stale_after_s?: number;
  battery_percent?: number;
  source?: number;
  flags?: number;
}

interface Expected {
  server_time_ms: number;
  records: Wire[];
}

const VECTOR = path.join(import.meta.dirname, "../../../tests/vectors/tracks_v1.json"); // the C++ test reads it, too
const SERVER_MS = 1_790_000_000_000;

function frame(records: Wire[], serverMs = SERVER_MS): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(HEADER_BYTES + records.length * RECORD_BYTES));
  view.setUint8(0, FRAME_VERSION);
  view.setUint32(4, records.length, true);
  view.setFloat64(8, serverMs, true);
  records.forEach((record, n) => {
    const at = HEADER_BYTES + n * RECORD_BYTES;
    view.setUint32(at, record.index, true);
    view.setInt32(at + 4, record.lat_e7, true);
    view.setInt32(at + 8, record.lng_e7, true);
    view.setUint32(at + 12, record.fix_age_ms ?? 0, true);
    view.setUint32(at + 16, record.heard_age_ms ?? 0, true);
    view.setUint16(at + 20, record.accuracy_m ?? 0, true);
    view.setUint16(at + 22, record.course_deg ?? UNKNOWN_16, true);
    view.setUint16(at + 24, record.speed_dmps ?? UNKNOWN_16, true);
    view.setUint16(at + 26, record.stale_after_s ?? 45, true);
    view.setUint8(at + 28, record.battery_percent ?? UNKNOWN_8);
    view.setUint8(at + 29, record.source ?? 1);
    view.setUint8(at + 30, record.flags ?? 0);
  });
  return view.buffer;
}

const wearers = (n: number) => Array.from({ length: n }, (_, i) => ({ index: i, person_id: `w-${i}`, role: "ROLE_WEARER" }));
const place = (i: number): Wire => ({ index: i, lat_e7: 370_000_000 + i, lng_e7: -1_270_000_000 - i });

describe("newest places", () => {
  it("read the very bytes that the server's own test writes", () => {
    const vector = JSON.parse(fs.readFileSync(VECTOR, "utf8")) as { hex: string; expected: Expected };
    const { server_time_ms: serverMs, records } = vector.expected;
    const store = new TrackStore();
    store.name(records.map(({ index }) => ({ index, person_id: `p-${index}`, role: "ROLE_WEARER" })));
    expect(store.apply(Uint8Array.from(Buffer.from(vector.hex, "hex")).buffer)).toBe(records.length);
    const known = (value = 0, unknown = UNKNOWN_16) => (value === unknown ? null : value);
    for (const record of records) {
      const speed = known(record.speed_dmps);
      expect(store.track(`p-${record.index}`)).toMatchObject({
        lat: record.lat_e7 / 1e7,
        lng: record.lng_e7 / 1e7,
        fixedAtMs: serverMs - (record.fix_age_ms ?? 0),
        heardAtMs: serverMs - (record.heard_age_ms ?? 0),
        accuracyM: record.accuracy_m,
        courseDeg: known(record.course_deg),
        speedMps: speed === null ? null : speed / 10,
        staleAfterS: record.stale_after_s,
        batteryPercent: known(record.battery_percent, UNKNOWN_8),
        source: record.source,
        stored: ((record.flags ?? 0) & 1) !== 0,
        coarse: ((record.flags ?? 0) & 2) !== 0,
        charging: ((record.flags ?? 0) & 4) !== 0,
        mocked: ((record.flags ?? 0) & 8) !== 0,
      });
    }
  });

  it("say what is unknown as unknown, not as zero", () => {
    const store = new TrackStore();
    store.name(wearers(2));
    store.apply(frame([place(0), { ...place(1), course_deg: 0, speed_dmps: 0, battery_percent: 0, accuracy_m: 12, flags: 15, source: 3 }]));
    expect(store.track("w-0")).toMatchObject({ courseDeg: null, speedMps: null, batteryPercent: null, accuracyM: 0,
      stored: false, coarse: false, charging: false, mocked: false });
    expect(store.track("w-1")).toMatchObject({ courseDeg: 0, speedMps: 0, batteryPercent: 0, accuracyM: 12, source: 3,
      stored: true, coarse: true, charging: true, mocked: true });
    expect(store.track("nobody")).toBeNull();
  });

  it("tell the age of a fix apart from the age of the last report", () => {
    const store = new TrackStore();
    store.name(wearers(1));
    store.apply(frame([{ ...place(0), fix_age_ms: 240_000, heard_age_ms: 3000, stale_after_s: 180 }]));
    expect(store.track("w-0")).toMatchObject({ fixedAtMs: SERVER_MS - 240_000, heardAtMs: SERVER_MS - 3000 });
    expect(store.isStale(0, SERVER_MS)).toBe(true);
    expect(store.isStale(0, SERVER_MS - 240_000 + 180_000)).toBe(false);
  });

  it("refuse frames that make no sense, and change nothing by them", () => {
    const store = new TrackStore();
    store.name(wearers(1));
    store.apply(frame([place(0)]));
    const version = store.version;
    const wrongVersion = frame([place(0)]);
    new DataView(wrongVersion).setUint8(0, 2);
    const wrongCount = frame([place(0)]);
    new DataView(wrongCount).setUint32(4, 2, true);
    for (const bad of [new ArrayBuffer(0), new ArrayBuffer(15), wrongVersion, wrongCount, frame([place(0)]).slice(0, -1)]) {
      expect(() => store.apply(bad)).toThrow(RangeError);
    }
    expect(store.version).toBe(version);
    expect(store.count).toBe(1);
  });

  it("pass over an index that was never named", () => {
    const store = new TrackStore();
    store.apply(frame([place(5)]));
    expect(store.count).toBe(0);
  });

  it("keep every holder's own place through growth to five thousand", () => {
    const store = new TrackStore();
    store.name(wearers(5000));
    store.apply(frame(Array.from({ length: 5000 }, (_, i) => place(i))));
    expect(store.count).toBe(5000);
    for (const i of [0, 1023, 1024, 2047, 4999]) {
      expect(store.track(`w-${i}`)?.lat).toBeCloseTo((370_000_000 + i) / 1e7, 9);
      expect(store.track(`w-${i}`)?.lng).toBeCloseTo((-1_270_000_000 - i) / 1e7, 9);
    }
  });

  it("forget one holder without mixing up the others", () => {
    const store = new TrackStore();
    store.name(wearers(100));
    store.apply(frame(Array.from({ length: 100 }, (_, i) => place(i))));
    const left = new Set(Array.from({ length: 100 }, (_, i) => i));
    for (const gone of [0, 99, 50, 98, 1, 97]) {
      store.remove(`w-${gone}`);
      left.delete(gone);
      expect(store.track(`w-${gone}`)).toBeNull();
    }
    store.remove("w-50");
    expect(store.count).toBe(left.size);
    store.apply(frame([...left].map((i) => ({ ...place(i), lat_e7: 380_000_000 + i }))));
    expect(store.count).toBe(left.size);
    for (const i of left) expect(store.track(`w-${i}`)?.lat).toBeCloseTo((380_000_000 + i) / 1e7, 9);
    for (let row = 0; row < store.count; row += 1) expect(store.rowOf(store.ids[row] ?? "")).toBe(row);
  });

  it("keep rows, but not the numbers, over a new connection", () => {
    const store = new TrackStore();
    store.name(wearers(2));
    store.apply(frame([place(0), place(1)]));
    store.renumber();
    store.name([{ index: 0, person_id: "w-1", role: "ROLE_WEARER" }]); // numbered anew: 0 is another person now
    store.apply(frame([{ ...place(0), lat_e7: 390_000_000 }]));
    expect(store.count).toBe(2);
    expect(store.track("w-0")?.lat).toBeCloseTo(37, 9);
    expect(store.track("w-1")?.lat).toBeCloseTo(39, 9);
  });

  it("tell their readers of every frame and of nothing after they left", () => {
    const store = new TrackStore();
    let told = 0;
    const leave = store.subscribe(() => (told += 1));
    store.apply(frame([]));
    store.remove("nobody");
    expect(told).toBe(1);
    leave();
    store.clear();
    expect(told).toBe(1);
  });
});
