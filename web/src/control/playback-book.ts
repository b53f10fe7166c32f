// History as columns, and the newest places at one moment of it as a frame for a TrackStore: the map draws
// the past by the same means as the present. Pure.
import {
  HEADER_BYTES,
  RECORD_BYTES,
  FRAME_VERSION,
  UNKNOWN_16,
  UNKNOWN_8,
  type HolderMessage,
} from "../kit/track-store";

export interface PastPoint {
  personId: string;
  latE7: number;
  lngE7: number;
  fixedAtMs: number;
  accuracyMm: number;
  source: number;
}

const STALE_AFTER_S = 180;
// Kept in memory at most: an hour of five thousand wearers at ten seconds is 1.8 million.
export const POINTS_MAX = 2_000_000;

interface Line {
  index: number;
  atMs: number[];
  latE7: number[];
  lngE7: number[];
  accuracyM: number[];
  source: number[];
  cursor: number; // of the point drawn last, -1 before the first
  sorted: boolean;
}

export class PlaybackBook {
  private readonly lines = new Map<string, Line>();
  points = 0;

  // False when there is no room for more.
  add(points: readonly PastPoint[]): boolean {
    for (const point of points) {
      if (this.points >= POINTS_MAX) return false;
      const line = this.line(point.personId);
      const last = line.atMs[line.atMs.length - 1];
      if (last !== undefined && point.fixedAtMs < last) line.sorted = false;
      line.atMs.push(point.fixedAtMs);
      line.latE7.push(point.latE7);
      line.lngE7.push(point.lngE7);
      line.accuracyM.push(Math.min(65535, Math.round(point.accuracyMm / 1000)));
      line.source.push(point.source);
      this.points += 1;
    }
    return true;
  }

  holders(roleOf: (personId: string) => string): HolderMessage[] {
    return [...this.lines].map(([personId, line]) => ({
      index: line.index,
      person_id: personId,
      role: roleOf(personId),
    }));
  }

  persons(): string[] {
    return [...this.lines.keys()];
  }

  // Where everybody was, as far as it was known at `atMs`; only those whose place is another than at the last
  // call, or all when `all`. Null when nothing changed.
  frameAt(atMs: number, all = false): ArrayBuffer | null {
    const changed: Line[] = [];
    for (const line of this.lines.values()) {
      if (!line.sorted) sort(line);
      const at = lastAtOrBefore(line.atMs, atMs);
      if (!all && at === line.cursor) continue;
      line.cursor = at;
      if (at >= 0) changed.push(line);
    }
    return changed.length > 0 ? encode(changed, atMs) : null;
  }

  // Persons who had not been heard of yet at that moment: they are not on the map.
  unheard(atMs: number): string[] {
    const out: string[] = [];
    for (const [personId, line] of this.lines) if ((line.atMs[0] ?? Infinity) > atMs) out.push(personId);
    return out;
  }

  // The way of one person until `atMs`, not older than `spanMs`.
  trail(personId: string, atMs: number, spanMs: number): [number, number][] {
    const line = this.lines.get(personId);
    if (!line) return [];
    if (!line.sorted) sort(line);
    const out: [number, number][] = [];
    for (let i = lastAtOrBefore(line.atMs, atMs); i >= 0 && (line.atMs[i] ?? 0) >= atMs - spanMs; i -= 1) {
      out.push([(line.lngE7[i] ?? 0) / 1e7, (line.latE7[i] ?? 0) / 1e7]);
    }
    return out.reverse();
  }

  private line(personId: string): Line {
    let line = this.lines.get(personId);
    if (!line) {
      line = {
        index: this.lines.size,
        atMs: [],
        latE7: [],
        lngE7: [],
        accuracyM: [],
        source: [],
        cursor: -1,
        sorted: true,
      };
      this.lines.set(personId, line);
    }
    return line;
  }
}

function sort(line: Line): void {
  const order = line.atMs.map((_, i) => i).sort((a, b) => (line.atMs[a] ?? 0) - (line.atMs[b] ?? 0));
  const by = (column: number[]) => order.map((i) => column[i] ?? 0);
  line.atMs = by(line.atMs);
  line.latE7 = by(line.latE7);
  line.lngE7 = by(line.lngE7);
  line.accuracyM = by(line.accuracyM);
  line.source = by(line.source);
  line.sorted = true;
}

// Index of the last value not above `atMs`, -1 when all are.
export function lastAtOrBefore(sorted: readonly number[], atMs: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) <= atMs) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function encode(lines: readonly Line[], atMs: number): ArrayBuffer {
  const frame = new ArrayBuffer(HEADER_BYTES + lines.length * RECORD_BYTES);
  const view = new DataView(frame);
  view.setUint8(0, FRAME_VERSION);
  view.setUint32(4, lines.length, true);
  view.setFloat64(8, atMs, true);
  let at = HEADER_BYTES;
  for (const line of lines) {
    const i = line.cursor;
    const ageMs = Math.max(0, Math.round(atMs - (line.atMs[i] ?? atMs)));
    view.setUint32(at, line.index, true);
    view.setInt32(at + 4, line.latE7[i] ?? 0, true);
    view.setInt32(at + 8, line.lngE7[i] ?? 0, true);
    view.setUint32(at + 12, ageMs, true);
    view.setUint32(at + 16, ageMs, true);
    view.setUint16(at + 20, line.accuracyM[i] ?? 0, true);
    view.setUint16(at + 22, UNKNOWN_16, true);
    view.setUint16(at + 24, UNKNOWN_16, true);
    view.setUint16(at + 26, STALE_AFTER_S, true);
    view.setUint8(at + 28, UNKNOWN_8);
    view.setUint8(at + 29, line.source[i] ?? 0);
    at += RECORD_BYTES;
  }
  return frame;
}
