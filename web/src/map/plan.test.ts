import { describe, expect, test } from "vitest";
import { HEADER_BYTES, RECORD_BYTES, TrackStore } from "../kit/track-store";
import { pick } from "./pick";
import { ALARMED, clusterRadius, gridClusters, HIDDEN, mergeOverlapping, STALE_SHAPE, TrackPlan } from "./plan";
import { mercX, mercY, toScreen, type View } from "./projection";
import type { Mark, Severity } from "./types";

const NOW = 1_800_000_000_000;
const SHOWN = { persons: true, units: true };
const NONE: ReadonlySet<string> = new Set();

interface Row {
  lat: number;
  lng: number;
  ageMs?: number;
  unit?: boolean;
}

function storeOf(rows: Row[]): TrackStore {
  const store = new TrackStore();
  store.name(
    rows.map((row, index) =>
      row.unit ? { index, unit_id: `t${index}` } : { index, person_id: `t${index}`, role: "ROLE_WEARER" },
    ),
  );
  const frame = new DataView(new ArrayBuffer(HEADER_BYTES + rows.length * RECORD_BYTES));
  frame.setUint8(0, 1);
  frame.setUint32(4, rows.length, true);
  frame.setFloat64(8, NOW, true);
  rows.forEach((row, i) => {
    const at = HEADER_BYTES + i * RECORD_BYTES;
    frame.setUint32(at, i, true);
    frame.setInt32(at + 4, Math.round(row.lat * 1e7), true);
    frame.setInt32(at + 8, Math.round(row.lng * 1e7), true);
    frame.setUint32(at + 12, row.ageMs ?? 0, true);
    frame.setUint16(at + 26, 60, true);
  });
  store.apply(frame.buffer);
  return store;
}

function planOf(store: TrackStore, severityOf?: (id: string) => Severity | null, marked = NONE): TrackPlan {
  const plan = new TrackPlan();
  plan.update(store, severityOf, NOW, marked, SHOWN);
  return plan;
}

const crowd = (n: number): Row[] => Array.from({ length: n }, (_, i) => ({ lat: 37.5 + i * 1e-4, lng: 127 + i * 1e-4 }));

describe("plan", () => {
  test("an old place has the hollow shape, a fresh one the full", () => {
    const plan = planOf(storeOf([{ lat: 37, lng: 127 }, { lat: 37, lng: 127.1, ageMs: 61_000 }]));
    expect(plan.shape[0]).toBe(0);
    expect(plan.shape[1]).toBe(STALE_SHAPE);
  });

  test("what is drawn as a mark is not drawn as a track as well", () => {
    const plan = planOf(storeOf(crowd(3)), undefined, new Set(["t1"]));
    expect([...plan.shape.slice(0, 3)]).toEqual([0, HIDDEN, 0]);
  });

  test("tracks with an alert are listed with the worst last, that is on top", () => {
    const severities: Record<string, Severity> = { t0: 0, t2: 3, t3: 1 };
    const plan = planOf(storeOf(crowd(5)), (id) => severities[id] ?? null);
    expect(plan.alarmed.map((one) => one.severity)).toEqual([3, 1, 0]);
    expect(plan.shape[0]).toBe(ALARMED);
  });

  test("tracks with an alert are never put into a cluster, however far out", () => {
    const plan = planOf(storeOf(crowd(50)), (id) => (id === "t7" ? 2 : null));
    plan.setZoom(5, true);
    expect(plan.alarmed).toHaveLength(1);
    expect(plan.shape[7]).toBe(ALARMED);
    expect(plan.clusters.reduce((sum, one) => sum + one.count, 0)).toBe(49);
  });

  test("nobody gets lost: clusters and single tracks together are all tracks", () => {
    const rows: Row[] = [];
    for (let i = 0; i < 3000; i += 1) {
      rows.push({ lat: 34.5 + ((i * 7919) % 4000) / 1000, lng: 126.4 + ((i * 104729) % 3000) / 1000, unit: i % 11 === 0 });
    }
    const plan = planOf(storeOf(rows));
    for (const zoom of [5, 6.2, 7.7, 9, 9.4]) {
      plan.setZoom(zoom, true);
      let single = 0;
      for (let row = 0; row < plan.count; row += 1) if (plan.shape[row] !== HIDDEN) single += 1;
      expect(plan.clusters.reduce((sum, one) => sum + one.count, 0) + single).toBe(3000);
    }
  });

  test("near, or when not asked for, nothing is gathered", () => {
    const plan = planOf(storeOf(crowd(50)));
    plan.setZoom(12, true);
    expect(plan.clusters).toEqual([]);
    plan.setZoom(6, false);
    expect(plan.clusters).toEqual([]);
  });

  test("who is switched off disappears, except with an alert", () => {
    const plan = new TrackPlan();
    const store = storeOf([...crowd(2), { lat: 37, lng: 127, unit: true }]);
    plan.update(store, (id) => (id === "t0" ? 1 : null), NOW, NONE, { persons: false, units: true });
    expect([...plan.shape.slice(0, 3)]).toEqual([ALARMED, HIDDEN, 2]);
  });

  test("a removed track is gone from the next plan", () => {
    const store = storeOf(crowd(3));
    const plan = planOf(store);
    store.remove("t0");
    plan.update(store, undefined, NOW, NONE, SHOWN);
    expect(plan.count).toBe(2);
    expect(plan.x[0]).toBeCloseTo(mercX(store.lng[0] ?? 0), 12);
  });
});

describe("clusters", () => {
  test("a cluster lies in the middle of its members and counts units and old places", () => {
    const x = Float64Array.from([0.2, 0.2002, 0.7]);
    const y = Float64Array.from([0.3, 0.3, 0.3]);
    const found = gridClusters({ count: 3, x, y, shape: Uint8Array.from([0, 2 + STALE_SHAPE, 0]) }, 16, new Int32Array(3), new Int32Array(8));
    expect(found).toHaveLength(2);
    expect(found[0]).toMatchObject({ count: 2, units: 1, stale: 1 });
    expect(found[0]?.x).toBeCloseTo(0.2001, 9);
  });

  test("circles that are left do not lie on each other's middle", () => {
    const found = Array.from({ length: 60 }, (_, i) => ({ x: ((i * 37) % 60) / 60, y: 0.5, count: 1 + ((i * 13) % 40), stale: 0, units: 0 }));
    const total = found.reduce((sum, one) => sum + one.count, 0);
    const left = [...new Set(mergeOverlapping(found, 600))];
    expect(left.reduce((sum, one) => sum + one.count, 0)).toBe(total);
    expect(left.length).toBeLessThan(found.length);
    for (const a of left) {
      for (const b of left) if (a !== b) expect(Math.abs(a.x - b.x) * 600).toBeGreaterThan(clusterRadius(Math.min(a.count, b.count)) * 0.8);
    }
  });
});

describe("pick", () => {
  const view: View = { x: mercX(127), y: mercY(37.5), zoom: 13, width: 800, height: 600 };
  const mark = (id: string, lng: number, lat: number): Mark => ({ id, kind: "wearer", lng, lat });

  test("a mark wins over the track beneath it, a track with an alert over a routine one", () => {
    const store = storeOf([{ lat: 37.5, lng: 127 }, { lat: 37.5, lng: 127.0002 }]);
    const plan = planOf(store, (id) => (id === "t1" ? 0 : null));
    expect(pick(view, 400, 300, 12, [mark("m", 127, 37.5)], plan, store)).toEqual({ kind: "object", id: "m" });
    expect(pick(view, 400, 300, 12, [], plan, store)).toEqual({ kind: "object", id: "t1" });
  });

  test("bare ground is nothing", () => {
    const store = storeOf([{ lat: 37.5, lng: 127 }]);
    expect(pick(view, 100, 100, 12, [], planOf(store), store)).toBeNull();
  });

  test("a cluster is found within its circle", () => {
    const store = storeOf(crowd(200));
    const plan = planOf(store);
    const far = { ...view, zoom: 7 };
    plan.setZoom(far.zoom, true);
    const [x, y] = toScreen(far, plan.clusters[0]?.x ?? 0, plan.clusters[0]?.y ?? 0);
    expect(pick(far, x + 5, y, 12, [], plan, store)?.kind).toBe("cluster");
  });
});
