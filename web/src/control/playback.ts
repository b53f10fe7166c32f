// Playing the past: loads a period page by page, keeps it as columns, and feeds a track store of its own that
// the map draws instead of the present.
import { type AlertRecord, api } from "../kit/api";
import { ApiFailure, patience, take } from "../kit/load";
import { TrackStore } from "../kit/track-store";
import { type PastPoint, PlaybackBook } from "./playback-book";
import { changeSpeed, type PlaybackClock, seek, type Span, startClock, tick, toggle } from "./playback-clock";

const BEAT_MS = 200;
const SOURCES = [
  "FIX_SOURCE_UNSPECIFIED",
  "FIX_SOURCE_GNSS",
  "FIX_SOURCE_WIFI",
  "FIX_SOURCE_CELL",
  "FIX_SOURCE_BEACON",
];

export interface PlaybackWish extends Span {
  personIds: string[]; // empty: everybody
  stepS: number; // at most one point per person in so many seconds
}

export interface PlaybackState {
  clock: PlaybackClock | null; // null: the present
  wish: PlaybackWish | null;
  loading: boolean;
  loadedToMs: number;
  points: number;
  full: boolean; // no room for more: what follows is missing
  failure: ApiFailure | null;
  alerts: AlertRecord[];
}

const NONE: PlaybackState = {
  clock: null,
  wish: null,
  loading: false,
  loadedToMs: 0,
  points: 0,
  full: false,
  failure: null,
  alerts: [],
};

export class Playback {
  tracks = new TrackStore();
  book = new PlaybackBook();
  state: PlaybackState = NONE;
  roleOf: (personId: string) => string = () => "ROLE_WEARER";
  private readonly listeners = new Set<() => void>();
  private timer: ReturnType<typeof setInterval> | undefined;
  private beatAtMs = 0;
  private run = 0; // of the load that counts

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly get = (): PlaybackState => this.state;

  start(wish: PlaybackWish, atMs = wish.fromMs): void {
    this.run += 1;
    this.tracks = new TrackStore();
    this.book = new PlaybackBook();
    this.set({ ...NONE, clock: startClock(wish, atMs), wish, loading: true, loadedToMs: wish.fromMs });
    clearInterval(this.timer);
    this.beatAtMs = performance.now();
    this.timer = setInterval(() => this.beat(), BEAT_MS);
    void this.load(wish, this.run);
    void this.loadAlerts(wish, this.run);
  }

  stop(): void {
    this.run += 1;
    clearInterval(this.timer);
    this.timer = undefined;
    this.tracks = new TrackStore();
    this.book = new PlaybackBook();
    this.set(NONE);
  }

  toggle(): void {
    if (this.state.clock) this.turn(toggle(this.state.clock));
  }

  seek(atMs: number): void {
    if (this.state.clock) this.turn(seek(this.state.clock, atMs));
  }

  step(byMs: number): void {
    if (this.state.clock) this.seek(this.state.clock.atMs + byMs);
  }

  speed(step: 1 | -1): void {
    if (this.state.clock) this.turn(changeSpeed(this.state.clock, step));
  }

  setSpeed(speed: number): void {
    if (this.state.clock) this.turn({ ...this.state.clock, speed });
  }

  nowMs = (): number => this.state.clock?.atMs ?? 0;

  private beat(): void {
    const now = performance.now();
    const elapsed = now - this.beatAtMs;
    this.beatAtMs = now;
    const clock = this.state.clock;
    if (!clock?.playing) return;
    // What is not loaded yet cannot be played: it would look as if everybody stood still.
    if (this.state.loading && clock.atMs >= this.state.loadedToMs) return;
    this.turn(tick(clock, elapsed));
  }

  private turn(clock: PlaybackClock): void {
    const before = this.state.clock;
    this.set({ clock });
    if (!before || before.atMs !== clock.atMs) this.draw(before !== null && clock.atMs < before.atMs);
  }

  private draw(backwards: boolean): void {
    const atMs = this.nowMs();
    if (backwards) for (const id of this.book.unheard(atMs)) this.tracks.remove(id);
    const frame = this.book.frameAt(atMs, backwards);
    if (frame) this.tracks.apply(frame);
  }

  private async load(wish: PlaybackWish, run: number): Promise<void> {
    let after = "";
    try {
      for (;;) {
        const page = await take(
          api.GET("/api/v1/playback", {
            params: {
              query: {
                from_us: us(wish.fromMs),
                to_us: us(wish.toMs),
                person_id: wish.personIds.length > 0 ? wish.personIds : undefined,
                step_s: String(wish.stepS),
                after: after || undefined,
              } as never,
            },
            signal: AbortSignal.timeout(60_000),
          }),
        );
        if (run !== this.run) return;
        const points = (page.points ?? []).map(pastPoint);
        const room = this.book.add(points);
        this.tracks.name(this.book.holders(this.roleOf));
        const last = points[points.length - 1];
        after = page.next ?? "";
        this.set({
          loadedToMs: after ? Math.max(this.state.loadedToMs, last?.fixedAtMs ?? 0) : wish.toMs,
          points: this.book.points,
          full: !room,
        });
        this.draw(false);
        if (!after || !room) break;
      }
      this.set({ loading: false });
    } catch (error) {
      if (run === this.run) {
        this.set({
          loading: false,
          failure: error instanceof ApiFailure ? error : new ApiFailure(0, "no_answer", ""),
        });
      }
    }
  }

  // Which alerts were open when: without them the past would look quiet.
  private async loadAlerts(wish: PlaybackWish, run: number): Promise<void> {
    try {
      const list = await take(
        api.GET("/api/v1/alerts", {
          params: { query: { from_us: us(wish.fromMs), to_us: us(wish.toMs), limit: "1000" } as never },
          signal: patience(),
        }),
      );
      if (run === this.run) this.set({ alerts: list.alerts ?? [] });
    } catch {
      // the places are shown without them; the failure of the places themselves is told
    }
  }

  private set(change: Partial<PlaybackState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }
}

const us = (ms: number): string => String(Math.round(ms) * 1000);

function pastPoint(given: {
  person_id?: string;
  point?: {
    place?: { lat_e7?: number; lng_e7?: number };
    fixed_at_us?: string;
    accuracy_mm?: number;
    source?: string;
  };
}): PastPoint {
  const point = given.point;
  return {
    personId: given.person_id ?? "",
    latE7: point?.place?.lat_e7 ?? 0,
    lngE7: point?.place?.lng_e7 ?? 0,
    fixedAtMs: Number(point?.fixed_at_us ?? 0) / 1000,
    accuracyMm: point?.accuracy_mm ?? 0,
    source: Math.max(0, SOURCES.indexOf(point?.source ?? "")),
  };
}
