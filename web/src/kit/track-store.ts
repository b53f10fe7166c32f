// Newest places of everybody, as columns. Thousands of them change each second, so they live outside React and the map
// draws straight from the arrays. Fed by the binary frames of /live (layout: src/live/README.md of the server).

export const FRAME_VERSION = 1;
export const HEADER_BYTES = 16;
export const RECORD_BYTES = 32;

export const FLAG_STORED = 1;
export const FLAG_COARSE = 2;
export const FLAG_CHARGING = 4;
export const FLAG_MOCKED = 8;

export const UNKNOWN_16 = 65535;
export const UNKNOWN_8 = 255;

export type HolderKind = "wearer" | "protected" | "unit" | "other";
export interface Holder {
  index: number;
  id: string;
  kind: HolderKind;
}
export interface HolderMessage {
  index: number;
  person_id?: string;
  unit_id?: string;
  role?: string;
}

// One row, read for a selected or listed holder; the columns stay the truth.
export interface Track {
  id: string;
  kind: HolderKind;
  lat: number;
  lng: number;
  accuracyM: number; // 0: not said
  courseDeg: number | null;
  speedMps: number | null;
  fixedAtMs: number; // server clock
  heardAtMs: number;
  staleAfterS: number;
  batteryPercent: number | null;
  charging: boolean;
  stored: boolean;
  coarse: boolean;
  mocked: boolean;
  source: number;
}

export class TrackStore {
  // Rows 0..count-1 are in use; row numbers are ours, `index` is the server's.
  count = 0;
  lat = new Float64Array(1024);
  lng = new Float64Array(1024);
  course = new Uint16Array(1024);
  speed = new Uint16Array(1024);
  accuracy = new Uint16Array(1024);
  fixedAt = new Float64Array(1024);
  heardAt = new Float64Array(1024);
  staleAfter = new Uint16Array(1024);
  battery = new Uint8Array(1024);
  source = new Uint8Array(1024);
  flags = new Uint8Array(1024);
  readonly ids: string[] = [];
  readonly kinds: HolderKind[] = [];
  // Grows with every frame and removal; what was drawn at one version is current until it grows.
  version = 0;
  lastFrameAtMs = 0; // performance.now() of the last frame

  private readonly rowOfIndex = new Map<number, number>();
  private readonly rowOfId = new Map<string, number>();
  private readonly holders = new Map<number, Holder>();
  private readonly listeners = new Set<() => void>();

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  name(messages: HolderMessage[]): void {
    for (const message of messages) {
      const id = message.person_id ?? message.unit_id ?? "";
      const kind: HolderKind = message.unit_id
        ? "unit"
        : message.role === "ROLE_WEARER"
          ? "wearer"
          : message.role === "ROLE_PROTECTED_PERSON"
            ? "protected"
            : "other";
      this.holders.set(message.index, { index: message.index, id, kind });
    }
  }

  // Takes one binary frame. Returns how many rows changed; throws RangeError on a frame that makes no sense.
  apply(frame: ArrayBuffer): number {
    const view = new DataView(frame);
    if (frame.byteLength < HEADER_BYTES || view.getUint8(0) !== FRAME_VERSION) throw new RangeError("unknown frame");
    const n = view.getUint32(4, true);
    if (frame.byteLength !== HEADER_BYTES + n * RECORD_BYTES) throw new RangeError("frame of a wrong length");
    const serverMs = view.getFloat64(8, true);
    for (let i = 0, at = HEADER_BYTES; i < n; i += 1, at += RECORD_BYTES) {
      const row = this.row(view.getUint32(at, true));
      if (row < 0) continue;
      this.lat[row] = view.getInt32(at + 4, true) / 1e7;
      this.lng[row] = view.getInt32(at + 8, true) / 1e7;
      this.fixedAt[row] = serverMs - view.getUint32(at + 12, true);
      this.heardAt[row] = serverMs - view.getUint32(at + 16, true);
      this.accuracy[row] = view.getUint16(at + 20, true);
      this.course[row] = view.getUint16(at + 22, true);
      this.speed[row] = view.getUint16(at + 24, true);
      this.staleAfter[row] = view.getUint16(at + 26, true);
      this.battery[row] = view.getUint8(at + 28);
      this.source[row] = view.getUint8(at + 29);
      this.flags[row] = view.getUint8(at + 30);
    }
    this.lastFrameAtMs = performance.now();
    this.changed();
    return n;
  }

  rowOf(id: string): number {
    return this.rowOfId.get(id) ?? -1;
  }

  track(id: string): Track | null {
    const row = this.rowOf(id);
    return row < 0 ? null : this.at(row);
  }

  at(row: number): Track {
    const flags = this.flags[row] ?? 0;
    const course = this.course[row] ?? UNKNOWN_16;
    const speed = this.speed[row] ?? UNKNOWN_16;
    const battery = this.battery[row] ?? UNKNOWN_8;
    return {
      id: this.ids[row] ?? "",
      kind: this.kinds[row] ?? "other",
      lat: this.lat[row] ?? 0,
      lng: this.lng[row] ?? 0,
      accuracyM: this.accuracy[row] ?? 0,
      courseDeg: course === UNKNOWN_16 ? null : course,
      speedMps: speed === UNKNOWN_16 ? null : speed / 10,
      fixedAtMs: this.fixedAt[row] ?? 0,
      heardAtMs: this.heardAt[row] ?? 0,
      staleAfterS: this.staleAfter[row] ?? 0,
      batteryPercent: battery === UNKNOWN_8 ? null : battery,
      charging: (flags & FLAG_CHARGING) !== 0,
      stored: (flags & FLAG_STORED) !== 0,
      coarse: (flags & FLAG_COARSE) !== 0,
      mocked: (flags & FLAG_MOCKED) !== 0,
      source: this.source[row] ?? 0,
    };
  }

  isStale(row: number, serverNowMs: number): boolean {
    return serverNowMs - (this.fixedAt[row] ?? 0) > (this.staleAfter[row] ?? 0) * 1000;
  }

  // Forgets one holder: a right ended. The last row moves into the gap.
  remove(id: string): void {
    const row = this.rowOfId.get(id);
    if (row === undefined) return;
    const last = this.count - 1;
    const lastId = this.ids[last] ?? "";
    for (const column of this.columns()) column[row] = column[last] ?? 0;
    this.ids[row] = lastId;
    this.kinds[row] = this.kinds[last] ?? "other";
    this.ids.length = last;
    this.kinds.length = last;
    this.rowOfId.set(lastId, row);
    this.rowOfId.delete(id);
    for (const [index, held] of this.rowOfIndex) {
      if (held === row) this.rowOfIndex.delete(index);
      else if (held === last) this.rowOfIndex.set(index, row);
    }
    this.count = last;
    this.changed();
  }

  // A new connection numbers its holders anew; rows stay.
  renumber(): void {
    this.rowOfIndex.clear();
    this.holders.clear();
  }

  clear(): void {
    this.count = 0;
    this.ids.length = 0;
    this.kinds.length = 0;
    this.rowOfId.clear();
    this.rowOfIndex.clear();
    this.holders.clear();
    this.changed();
  }

  private changed(): void {
    this.version += 1;
    for (const listener of this.listeners) listener();
  }

  private columns() {
    return [this.lat, this.lng, this.course, this.speed, this.accuracy, this.fixedAt, this.heardAt, this.staleAfter,
      this.battery, this.source, this.flags];
  }

  private row(index: number): number {
    const known = this.rowOfIndex.get(index);
    if (known !== undefined) return known;
    const holder = this.holders.get(index);
    if (!holder) return -1;
    const same = this.rowOfId.get(holder.id);
    if (same !== undefined) {
      this.rowOfIndex.set(index, same);
      return same;
    }
    if (this.count === this.lat.length) this.grow();
    const row = this.count;
    this.count += 1;
    this.ids[row] = holder.id;
    this.kinds[row] = holder.kind;
    this.rowOfIndex.set(index, row);
    this.rowOfId.set(holder.id, row);
    return row;
  }

  private grow(): void {
    const size = this.lat.length * 2;
    const wider = <T extends Float64Array | Uint16Array | Uint8Array>(made: T, old: T): T => {
      made.set(old);
      return made;
    };
    this.lat = wider(new Float64Array(size), this.lat);
    this.lng = wider(new Float64Array(size), this.lng);
    this.course = wider(new Uint16Array(size), this.course);
    this.speed = wider(new Uint16Array(size), this.speed);
    this.accuracy = wider(new Uint16Array(size), this.accuracy);
    this.fixedAt = wider(new Float64Array(size), this.fixedAt);
    this.heardAt = wider(new Float64Array(size), this.heardAt);
    this.staleAfter = wider(new Uint16Array(size), this.staleAfter);
    this.battery = wider(new Uint8Array(size), this.battery);
    this.source = wider(new Uint8Array(size), this.source);
    this.flags = wider(new Uint8Array(size), this.flags);
  }
}
