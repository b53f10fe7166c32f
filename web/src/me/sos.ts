// Sos: one press, sent again and again until the server has it. Knows no network, clock or storage of its own, so that
// every path of it can be tried. Nothing about her is kept: an id, when it was pressed, and whether it was a silent one.
export interface Pressed {
  id: string;
  pressedAtMs: number;
  silent: boolean;
}

export type SosAnswer =
  | { kind: "received"; alertId: string; receivedAtMs: number }
  | { kind: "unreached" }
  | { kind: "refused"; why: "session" | "request" };

export interface SosTools {
  // Resolves always. `withFix` false: an earlier attempt was refused for what it said.
  send(pressed: Pressed, withFix: boolean, signal: AbortSignal): Promise<SosAnswer>;
  nowMs(): number;
  later(ms: number, task: () => void): () => void; // gives back how to call it off
  newId(): string;
  keep(pressed: Pressed | null): void; // while unsent only
  random(): number;
}

export interface SosState {
  phase: "idle" | "sending" | "received";
  pressed: Pressed | null;
  tries: number;
  overdue: boolean; // unsent for too long: she is told to call
  refused: "session" | "request" | null;
  alertId: string;
  receivedAtMs: number;
}

export const OVERDUE_MS = 3000;
export const ATTEMPT_MS_MAX = 4000;
export const RETRY_MS_FIRST = 500;
export const RETRY_MS_MAX = 10_000;

const IDLE: SosState = {
  phase: "idle", pressed: null, tries: 0, overdue: false, refused: null, alertId: "", receivedAtMs: 0,
};

export class Sos {
  state: SosState = IDLE;
  onChange: (() => void) | null = null;
  onReceived: ((state: SosState) => void) | null = null;
  onOverdue: ((state: SosState) => void) | null = null;
  private withFix = true;
  private busy = false;
  private callOffRetry: (() => void) | null = null;
  private callOffOverdue: (() => void) | null = null;

  constructor(private readonly tools: SosTools) {}

  // A second press while the first is on its way is the same call for help.
  press(silent: boolean): void {
    if (this.state.phase === "sending") return;
    this.begin({ id: this.tools.newId(), pressedAtMs: this.tools.nowMs(), silent });
  }

  // A press that was still unsent when the page was loaded anew.
  resume(pressed: Pressed): void {
    if (this.state.phase === "idle") this.begin(pressed);
  }

  // The line is back, or she is: no reason to wait longer.
  retryNow(): void {
    if (this.state.phase !== "sending" || this.busy) return;
    this.callOffRetry?.();
    void this.attempt();
  }

  // She has read that it was received. An unsent one cannot be put away.
  close(): void {
    if (this.state.phase === "received") this.change(IDLE);
  }

  private begin(pressed: Pressed): void {
    this.withFix = true;
    this.tools.keep(pressed);
    this.change({ ...IDLE, phase: "sending", pressed });
    const waited = Math.max(0, this.tools.nowMs() - pressed.pressedAtMs);
    this.callOffOverdue = this.tools.later(Math.max(0, OVERDUE_MS - waited), () => this.tellOverdue());
    void this.attempt();
  }

  private async attempt(): Promise<void> {
    const pressed = this.state.pressed;
    if (!pressed || this.busy) return;
    this.busy = true;
    this.change({ ...this.state, tries: this.state.tries + 1 });
    const stop = new AbortController();
    const callOff = this.tools.later(ATTEMPT_MS_MAX, () => stop.abort());
    const answer = await this.tools.send(pressed, this.withFix, stop.signal);
    callOff();
    this.busy = false;
    this.take(answer);
  }

  private take(answer: SosAnswer): void {
    if (answer.kind === "received") {
      this.callOffOverdue?.();
      this.tools.keep(null);
      const { alertId, receivedAtMs } = answer;
      this.change({ ...this.state, phase: "received", overdue: false, refused: null, alertId, receivedAtMs });
      this.onReceived?.(this.state);
      return;
    }
    if (answer.kind === "refused") {
      if (answer.why === "request" && this.withFix) {
        this.withFix = false; // perhaps the place was what it did not like
        void this.attempt();
        return;
      }
      this.change({ ...this.state, refused: answer.why });
      this.tellOverdue();
    }
    this.callOffRetry = this.tools.later(this.retryMs(), () => void this.attempt());
  }

  private retryMs(): number {
    const wait = Math.min(RETRY_MS_MAX, RETRY_MS_FIRST * 2 ** Math.min(this.state.tries - 1, 10));
    return Math.round(wait * (0.75 + this.tools.random() / 4));
  }

  private tellOverdue(): void {
    if (this.state.phase !== "sending" || this.state.overdue) return;
    this.change({ ...this.state, overdue: true });
    this.onOverdue?.(this.state);
  }

  private change(state: SosState): void {
    this.state = state;
    this.onChange?.();
  }
}
