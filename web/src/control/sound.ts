// What the seat hears: three tones every five seconds while a critical alert waits, one tone for an alert, a
// falling pair when the line is lost. Never the only sign of anything. Browsers keep a page silent until
// somebody has touched it; then `silent` is true and a chip says so.

const CRITICAL_EVERY_MS = 5000;
const LOST_EVERY_MS = 8000;
export const MUTE_MS = 60_000;

export interface SoundState {
  silent: boolean; // the browser lets nothing out
  mutedUntilMs: number; // Date.now(); 0: not muted
}

type Pattern = { hz: number; atS: number; lastsS: number }[];
const CRITICAL: Pattern = [
  { hz: 880, atS: 0, lastsS: 0.16 },
  { hz: 1108, atS: 0.2, lastsS: 0.16 },
  { hz: 1318, atS: 0.4, lastsS: 0.26 },
];
const ALERT: Pattern = [{ hz: 740, atS: 0, lastsS: 0.22 }];
const WORK: Pattern = [
  { hz: 988, atS: 0, lastsS: 0.12 },
  { hz: 988, atS: 0.18, lastsS: 0.12 },
];
const LOST: Pattern = [
  { hz: 392, atS: 0, lastsS: 0.4 },
  { hz: 262, atS: 0.45, lastsS: 0.6 },
];

export class Sound {
  private context: AudioContext | null = null;
  private mutedUntilMs = 0;
  private criticalAtMs = 0;
  private lostAtMs = 0;
  private readonly timer: ReturnType<typeof setInterval>;
  private readonly listeners = new Set<() => void>();
  private snapshot: SoundState = { silent: true, mutedUntilMs: 0 };
  critical = false; // some critical alert waits
  lost = false; // the line is dead

  constructor() {
    this.timer = setInterval(() => this.beat(), 250);
    for (const event of ["pointerdown", "keydown"]) addEventListener(event, this.wake, { passive: true });
    this.open();
  }

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
    if (this.context?.state === "suspended")
      void this.context.resume().then(
        () => this.tell(),
        () => undefined,
      );
  };

  // For this seat only and for a minute: silencing is not acknowledging.
  toggleMute(): void {
    this.mutedUntilMs = this.muted() ? 0 : Date.now() + MUTE_MS;
    this.tell();
  }

  test(): void {
    this.wake();
    this.play(CRITICAL);
  }

  alert(): void {
    if (!this.muted()) this.play(ALERT);
  }

  work(): void {
    if (!this.muted()) this.play(WORK);
  }

  private muted(): boolean {
    return this.mutedUntilMs > Date.now();
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
    const now = Date.now();
    if (this.mutedUntilMs !== 0 && this.mutedUntilMs <= now) {
      this.mutedUntilMs = 0;
      this.tell();
    }
    if (!this.critical) this.criticalAtMs = 0;
    if (!this.lost) this.lostAtMs = 0;
    if (this.muted()) return;
    if (this.lost && now - this.lostAtMs >= LOST_EVERY_MS) {
      this.lostAtMs = now;
      this.play(LOST);
    } else if (this.critical && now - this.criticalAtMs >= CRITICAL_EVERY_MS) {
      this.criticalAtMs = now;
      this.play(CRITICAL);
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
      level.gain.linearRampToValueAtTime(0.35, from + 0.02);
      level.gain.setValueAtTime(0.35, from + lastsS - 0.04);
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
