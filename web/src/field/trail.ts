// TrailBook: where a followed person was: the server's track and what came live after it. Bounded; forgotten with the right.
export interface TrailPoint {
  lng: number;
  lat: number;
  atMs: number;
}

const KEPT_MS = 15 * 60_000;
const EVERY_MS = 3000;
const POINTS_MAX = 400;

export class TrailBook {
  private readonly live = new Map<string, TrailPoint[]>();

  add(id: string, point: TrailPoint): void {
    const points = this.live.get(id) ?? [];
    const last = points.at(-1);
    if (last && point.atMs - last.atMs < EVERY_MS) return; // also an older one
    points.push(point);
    this.live.set(id, points.filter((each) => point.atMs - each.atMs <= KEPT_MS).slice(-POINTS_MAX));
  }

  // Oldest first; `told` is what the server sent.
  of(id: string, told: readonly TrailPoint[] | undefined): TrailPoint[] {
    const live = this.live.get(id) ?? [];
    const before = told ?? [];
    const lastMs = before.at(-1)?.atMs ?? 0;
    const all = [...before, ...live.filter((point) => point.atMs > lastMs)];
    const newestMs = all.at(-1)?.atMs ?? 0;
    return all.filter((point) => newestMs - point.atMs <= KEPT_MS);
  }

  keepOnly(ids: ReadonlySet<string>): void {
    for (const id of this.live.keys()) if (!ids.has(id)) this.live.delete(id);
  }
}
