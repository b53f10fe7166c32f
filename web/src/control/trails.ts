// The ways of the few persons that are looked at: what the server still knows of the last minutes, then every
// new fix that arrives. Never for everybody.
import { api, type TrackPoint } from "../kit/api";
import { patience, take } from "../kit/load";
import type { TrackStore } from "../kit/track-store";

const KEPT_MS = 30 * 60_000;
const POINTS_MAX = 400;

interface Point {
  at: [number, number];
  atMs: number;
}

export class Trails {
  private readonly ways = new Map<string, Point[]>();

  // Forgets who is no longer looked at and asks for whom is new.
  follow(ids: readonly string[]): void {
    const wanted = new Set(ids);
    for (const id of this.ways.keys()) if (!wanted.has(id)) this.ways.delete(id);
    for (const id of ids) {
      if (this.ways.has(id)) continue;
      this.ways.set(id, []);
      void this.ask(id);
    }
  }

  // Takes the newest fixes out of the store.
  take(tracks: TrackStore): void {
    for (const [id, points] of this.ways) {
      const row = tracks.rowOf(id);
      if (row < 0) continue;
      const atMs = tracks.fixedAt[row] ?? 0;
      const last = points[points.length - 1];
      // Half a second: the age of one fix is rounded anew in every frame.
      if (last && atMs <= last.atMs + 500) continue;
      points.push({ at: [tracks.lng[row] ?? 0, tracks.lat[row] ?? 0], atMs });
      while (points.length > POINTS_MAX || (points[0] && points[0].atMs < atMs - KEPT_MS)) points.shift();
    }
  }

  line(id: string): [number, number][] {
    return (this.ways.get(id) ?? []).map((point) => point.at);
  }

  private async ask(id: string): Promise<void> {
    try {
      const track = await take(
        api.GET("/api/v1/tracks/{id}", { params: { path: { id } }, signal: patience() }),
      );
      const held = this.ways.get(id);
      if (!held) return;
      const first = held[0]?.atMs ?? Infinity;
      held.unshift(...(track.points ?? []).map(pointOf).filter((point) => point.atMs < first - 500));
    } catch {
      // the way then begins now
    }
  }
}

const pointOf = (point: TrackPoint): Point => ({
  at: [(point.place?.lng_e7 ?? 0) / 1e7, (point.place?.lat_e7 ?? 0) / 1e7],
  atMs: Number(point.fixed_at_us ?? 0) / 1000,
});
