// What of the track store is to be drawn and how: map coordinates, shape and severity of every row, worked out once per
// frame of news and used by both engines. Rows that are drawn as marks are left out; rows with an open alert are listed
// apart, worst last so that the worst ends up on top, and never put into a cluster.
import type { HolderKind, TrackStore } from "../kit/track-store";
import { mercX, mercY, worldSize } from "./projection";
import type { Severity } from "./types";

export const SHAPE_OF_KIND: Record<HolderKind, number> = { wearer: 0, protected: 1, unit: 2, other: 3 };
export const STALE_SHAPE = 4; // added to the shape when the place is old
export const SHAPES = 8;
export const HIDDEN = 255; // not drawn at all, or drawn as a mark
export const ALARMED = 254; // drawn apart, above the others

export interface Cluster {
  x: number;
  y: number;
  count: number;
  stale: number;
  units: number; // of the count
}

export interface Shown {
  persons: boolean;
  units: boolean;
}

const CELL_PX = 76;
const CLUSTER_LEAST = 4;
export const CLUSTER_BELOW_ZOOM = 9.5;

export class TrackPlan {
  count = 0;
  x = new Float64Array(0);
  y = new Float64Array(0);
  shape = new Uint8Array(0); // 0..SHAPES-1, HIDDEN or ALARMED
  readonly alarmed: { row: number; severity: Severity; stale: boolean }[] = [];
  clusters: Cluster[] = [];
  generation = 0; // grows whenever anything above changes

  private lat = new Float64Array(0);
  private lng = new Float64Array(0);
  private cellOf = new Int32Array(0);
  private table = new Int32Array(0);
  private clusterLevel: number | null = null;
  private base = new Uint8Array(0); // shape before clustering

  update(
    store: TrackStore | undefined,
    severityOf: ((id: string) => Severity | null) | undefined,
    nowMs: number,
    marked: ReadonlySet<string>,
    shown: Shown,
  ): void {
    const n = store?.count ?? 0;
    this.makeRoom(n);
    this.count = n;
    this.alarmed.length = 0;
    for (let row = 0; store && row < n; row += 1) {
      const lat = store.lat[row] ?? 0;
      const lng = store.lng[row] ?? 0;
      if (lat !== this.lat[row] || lng !== this.lng[row]) {
        this.lat[row] = lat;
        this.lng[row] = lng;
        this.x[row] = mercX(lng);
        this.y[row] = mercY(lat);
      }
      const id = store.ids[row] ?? "";
      const kind = store.kinds[row] ?? "other";
      const stale = store.isStale(row, nowMs);
      const severity = severityOf ? severityOf(id) : null;
      if (marked.has(id)) this.base[row] = HIDDEN;
      else if (severity !== null) {
        this.base[row] = ALARMED;
        this.alarmed.push({ row, severity, stale });
      } else if (kind === "unit" ? !shown.units : !shown.persons) this.base[row] = HIDDEN;
      else this.base[row] = SHAPE_OF_KIND[kind] + (stale ? STALE_SHAPE : 0);
    }
    this.alarmed.sort((a, b) => b.severity - a.severity);
    this.gather();
  }

  // Clusters belong to whole zoom steps, so that they stay put while the map moves. Answers whether anything changed.
  setZoom(zoom: number, cluster: boolean): boolean {
    const level = cluster && zoom < CLUSTER_BELOW_ZOOM ? Math.floor(zoom * 2) / 2 : null;
    if (level === this.clusterLevel) return false;
    this.clusterLevel = level;
    this.gather();
    return true;
  }

  private gather(): void {
    this.generation += 1;
    this.shape.set(this.base.subarray(0, this.count));
    this.clusters = [];
    if (this.clusterLevel === null) return;
    const size = worldSize(this.clusterLevel);
    const found = gridClusters(this, size / CELL_PX, this.cellOf, this.table);
    const merged = mergeOverlapping(found, size);
    for (let row = 0; row < this.count; row += 1) {
      const cell = this.cellOf[row] ?? -1;
      if (cell >= 0 && (merged[cell]?.count ?? 0) >= CLUSTER_LEAST) this.shape[row] = HIDDEN;
    }
    this.clusters = [...new Set(merged)].filter((one) => one.count >= CLUSTER_LEAST).sort((a, b) => a.count - b.count);
  }

  private makeRoom(n: number): void {
    if (n <= this.x.length) return;
    const size = Math.max(1024, 2 ** Math.ceil(Math.log2(n)));
    this.x = new Float64Array(size);
    this.y = new Float64Array(size);
    this.lat = new Float64Array(size).fill(NaN);
    this.lng = new Float64Array(size).fill(NaN);
    this.shape = new Uint8Array(size);
    this.base = new Uint8Array(size);
    this.cellOf = new Int32Array(size);
    this.table = new Int32Array(size * 2);
  }
}

// Gathers rows by the cell of a grid over the whole world. Fills cellOf with the number of each row's cell (-1: not
// gathered). `table` is room for a hash of the cells: a power of two, at least twice the rows.
export function gridClusters(
  rows: { count: number; x: Float64Array; y: Float64Array; shape: Uint8Array },
  cellsAcross: number,
  cellOf: Int32Array,
  table: Int32Array,
): Cluster[] {
  table.fill(-1);
  const mask = table.length - 1;
  const keys: number[] = [];
  const found: Cluster[] = [];
  for (let row = 0; row < rows.count; row += 1) {
    const shape = rows.shape[row] ?? HIDDEN;
    if (shape >= SHAPES) {
      cellOf[row] = -1;
      continue;
    }
    const x = rows.x[row] ?? 0;
    const y = rows.y[row] ?? 0;
    const key = Math.floor(x * cellsAcross) * 32768 + Math.floor(y * cellsAcross);
    let slot = (Math.imul(key | 0, 0x9e3779b1) >>> 8) & mask;
    while (table[slot] !== -1 && keys[table[slot] ?? 0] !== key) slot = (slot + 1) & mask;
    let cell = table[slot] ?? -1;
    if (cell < 0) {
      cell = found.length;
      table[slot] = cell;
      keys.push(key);
      found.push({ x: 0, y: 0, count: 0, stale: 0, units: 0 });
    }
    cellOf[row] = cell;
    const one = found[cell];
    if (!one) continue;
    one.count += 1;
    one.x += (x - one.x) / one.count;
    one.y += (y - one.y) / one.count;
    if (shape >= STALE_SHAPE) one.stale += 1;
    if (shape % STALE_SHAPE === SHAPE_OF_KIND.unit) one.units += 1;
  }
  return found;
}

export function clusterRadius(count: number): number {
  return 11 + Math.min(17, 4.2 * Math.log10(count + 1) ** 1.4);
}

// Joins clusters whose circles would lie on each other, the larger taking the smaller. Answers for each cluster the one it
// ended in, at the same position of the list.
export function mergeOverlapping(found: readonly Cluster[], worldPx: number): Cluster[] {
  const order = found.map((_, i) => i).sort((a, b) => (found[b]?.count ?? 0) - (found[a]?.count ?? 0) || a - b);
  const kept: Cluster[] = [];
  const result: Cluster[] = [];
  for (const i of order) {
    const one = found[i];
    if (!one) continue;
    const near = kept.find((other) => {
      const reach = (clusterRadius(other.count) + (one.count > 1 ? clusterRadius(one.count) : 4)) / worldPx;
      return Math.hypot(other.x - one.x, other.y - one.y) < reach;
    });
    if (!near) {
      const own = { ...one };
      kept.push(own);
      result[i] = own;
      continue;
    }
    const count = near.count + one.count;
    near.x += ((one.x - near.x) * one.count) / count;
    near.y += ((one.y - near.y) * one.count) / count;
    near.count = count;
    near.stale += one.stale;
    near.units += one.units;
    result[i] = near;
  }
  return result;
}
