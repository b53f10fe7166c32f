// Speaker: the sounds of a seat. Some last as long as their reason does and are repeated, the gravest alone; others sound
// once. Never the only sign of anything. Browsers keep a page silent until somebody has touched it; then `silent` is true and
// a chip says so.
//
// It counts by the steady clock: that of the day can be set back, and would keep a seat quiet for as long.

export const MUTE_MS = 60_000;

export type Tone = { hz: number; atS: number; lastsS: number };
export type Pattern = readonly Tone[];

export const CRITICAL: Pattern = [
  { hz: 880, atS: 0, lastsS: 0.16 },
  { hz: 1108, atS: 0.2, lastsS: 0.16 },
  { hz: 1318, atS: 0.4, lastsS: 0.26 },
];
export const LOST: Pattern = [
  { hz: 392, atS: 0, lastsS: 0.4 },
  { hz: 262, atS: 0.45, lastsS: 0.6 },
];

export interface SoundState {
  silent: boolean; // the browser lets nothing out
  mutedUntilMs: number; // performance.now(); 0: not muted
}

// A reason that may hold now, and how it sounds as long as it does.
export interface Lasting {
  name: string;
  holds: boolean;
  pattern: Pattern;
  everyMs: number;
}

const LOUDNESS = 0.35;

export abstract class Speaker {
  private context: AudioContext | null = null;
  private mutedUntilMs = 0;
  private readonly lastMs = new Map<string, number>();
  private readonly timer: ReturnType<typeof setInterval>;
  private readonly listeners = new Set<() => void>();
  private snapshot: SoundState = { silent: true, mutedUntilMs: 0 };
  lost = false; // the line is dead

  constructor() {
    this.timer = setInterval(() => this.beat(), 250);
    for (const event of ["pointerdown", "keydown"]) addEventListener(event, this.wake, { passive: true });
    this.open();
  }

  // The gravest first.
  protected abstract lasting(): Lasting[];

  close(): void {
    clearInterval(this.timer);
    for (const event of ["pointerdown", "keydown"]) removeEventListener(event, this.wake);
    void this.context?.close();
    this.context = null;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly state = (): SoundState => this.snapshot;

  readonly wake = (): void => {
    if (!this.context) this.open();
    if (this.context?.state !== "suspended") return;
    void this.context.resume().then(
      () => this.tell(),
      () => undefined,
    );
  };

  // For this seat only and for a minute: silencing is not acknowledging.
  toggleMute(): void {
    this.mutedUntilMs = this.muted() ? 0 : performance.now() + MUTE_MS;
    this.tell();
  }

  test(): void {
    this.wake();
    this.play(CRITICAL);
  }

  protected once(pattern: Pattern): void {
    if (!this.muted()) this.play(pattern);
  }

  private muted(): boolean {
    return this.mutedUntilMs > performance.now();
  }

  private open(): void {
    try {
      this.context = new AudioContext();
      this.context.onstatechange = () => this.tell();
    } catch {
      this.context = null; // no sound device: stays silent, and the chip says so
    }
    this.tell();
  }

  private beat(): void {
    const now = performance.now();
    if (this.mutedUntilMs !== 0 && this.mutedUntilMs <= now) {
      this.mutedUntilMs = 0;
      this.tell();
    }
    let taken = this.muted();
    for (const { name, holds, pattern, everyMs } of this.lasting()) {
      if (!holds) this.lastMs.delete(name);
      else if (!taken && now - (this.lastMs.get(name) ?? -Infinity) >= everyMs) {
        this.lastMs.set(name, now);
        this.play(pattern);
        taken = true; // one at a time: two patterns over each other say nothing
      }
    }
  }

  private play(pattern: Pattern): void {
    const context = this.context;
    if (!context || context.state !== "running") return;
    for (const { hz, atS, lastsS } of pattern) {
      const tone = context.createOscillator();
      const level = context.createGain();
      const from = context.currentTime + atS;
      tone.type = "triangle";
      tone.frequency.value = hz;
      level.gain.setValueAtTime(0, from);
      level.gain.linearRampToValueAtTime(LOUDNESS, from + 0.02);
      level.gain.setValueAtTime(LOUDNESS, from + lastsS - 0.04);
      level.gain.linearRampToValueAtTime(0, from + lastsS);
      tone.connect(level).connect(context.destination);
      tone.start(from);
      tone.stop(from + lastsS);
    }
  }

  private tell(): void {
    this.snapshot = { silent: this.context?.state !== "running", mutedUntilMs: this.mutedUntilMs };
    for (const listener of this.listeners) listener();
  }
}
