// What the desk hears: a pattern by the code of a call that nobody here has looked at yet, one for alarms about the work that
// lasts as long as they do, and a falling pair while the line is dead. Never the only sign of anything. Browsers keep a page
// silent until somebody has touched it; then `silent` is true and a chip says so.

export const MUTE_MS = 60_000;

type Tone = { hz: number; atS: number; lastsS: number };
const BY_CODE: readonly Tone[][] = [
  [{ hz: 880, atS: 0, lastsS: 0.16 }, { hz: 1108, atS: 0.2, lastsS: 0.16 }, { hz: 1318, atS: 0.4, lastsS: 0.26 }],
  [{ hz: 740, atS: 0, lastsS: 0.2 }, { hz: 932, atS: 0.26, lastsS: 0.2 }],
  [{ hz: 622, atS: 0, lastsS: 0.22 }],
];
const WORK: Tone[] = [{ hz: 988, atS: 0, lastsS: 0.12 }, { hz: 494, atS: 0.16, lastsS: 0.2 }, { hz: 988, atS: 0.4, lastsS: 0.12 }];
const LOST: Tone[] = [{ hz: 392, atS: 0, lastsS: 0.4 }, { hz: 262, atS: 0.45, lastsS: 0.6 }];

// How often each repeats while its reason lasts; 0: sounds once.
const EVERY_MS = { code0: 5000, code1: 15_000, work: 8000, lost: 8000 } as const;

export interface SoundState {
  silent: boolean;
  mutedUntilMs: number; // Date.now(); 0: not muted
}

export class Sound {
  private context: AudioContext | null = null;
  private mutedUntilMs = 0;
  private readonly lastMs = new Map<keyof typeof EVERY_MS, number>();
  private readonly timer: ReturnType<typeof setInterval>;
  private readonly listeners = new Set<() => void>();
  private snapshot: SoundState = { silent: true, mutedUntilMs: 0 };
  // What lasts: the gravest code of a call not looked at yet (null: none), alarms about the work, a dead line.
  waitingCode: number | null = null;
  work = false;
  lost = false;

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
    if (this.context?.state === "suspended") void this.context.resume().then(() => this.tell(), () => undefined);
  };

  // For this seat and for a minute: silencing takes nothing over.
  toggleMute(): void {
    this.mutedUntilMs = this.muted() ? 0 : Date.now() + MUTE_MS;
    this.tell();
  }

  test(): void {
    this.wake();
    this.play(BY_CODE[0] ?? []);
  }

  arrived(code: number): void {
    if (!this.muted() && code > 1) this.play(BY_CODE[Math.min(2, code)] ?? []);
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
    if (this.mutedUntilMs !== 0 && !this.muted()) {
      this.mutedUntilMs = 0;
      this.tell();
    }
    const wanted: [keyof typeof EVERY_MS, boolean, Tone[]][] = [
      ["lost", this.lost, LOST],
      ["code0", this.waitingCode === 0, BY_CODE[0] ?? []],
      ["work", this.work, WORK],
      ["code1", this.waitingCode === 1, BY_CODE[1] ?? []],
    ];
    let playing = this.muted();
    for (const [name, on, pattern] of wanted) {
      if (!on) this.lastMs.delete(name);
      else if (!playing && Date.now() - (this.lastMs.get(name) ?? 0) >= EVERY_MS[name]) {
        this.lastMs.set(name, Date.now());
        this.play(pattern);
        playing = true; // one at a time: two patterns over each other say nothing
      }
    }
  }

  private play(pattern: readonly Tone[]): void {
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
