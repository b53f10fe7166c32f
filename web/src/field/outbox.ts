// Outbox: what the crew pressed and the server has not yet taken. Order is kept; each press has one key for ever, so that
// sending it again does nothing; a press can be undone until it is first sent. It holds no person and no place.
import type { Reported, Status } from "./steps";

export interface Press extends Reported {
  key: string;
  order: number;
  unitId: string;
  pressedAtMs: number; // clock of this device
  heldUntilMs: number; // can be undone before
  deviceAtUs: string; // the same moment on the server's clock; written at the first sending and never changed: "" before
  refused: Refusal | null;
}

export interface Refusal {
  code: string;
  field: string;
  reason: string;
}

export interface OutboxStore {
  all(): Promise<Press[]>;
  put(press: Press): Promise<void>;
  remove(key: string): Promise<void>;
}

export type Answer = { kind: "done" } | { kind: "later" } | { kind: "signed_out" } | { kind: "refused"; why: Refusal };

export interface Surroundings {
  store: OutboxStore;
  send(press: Press): Promise<Answer>;
  nowMs(): number;
  serverNowMs(): number | null; // null: not known yet; nothing is sent before it is
  newKey(): string;
  alone(work: () => Promise<void>): Promise<void>; // not in two windows at once
}

export interface OutboxState {
  presses: readonly Press[]; // in order; also refused ones until they were read
  done: readonly (Reported & { atMs: number })[]; // taken by the server, perhaps not yet heard back
  kept: boolean; // false: this device keeps nothing, a reload would lose them
  signedOut: boolean;
}

export const UNDO_MS = 4000;
const RETRY_MS_FIRST = 1000;
const RETRY_MS_MAX = 10_000;
const DONE_KEPT_MS = 10_000;
const FORGET_AFTER_MS = 48 * 3_600_000;

export class Outbox {
  private state: OutboxState = { presses: [], done: [], kept: true, signedOut: false };
  private readonly listeners = new Set<() => void>();
  private unitId = "";
  private order = 0;
  private tries = 0;
  private notBeforeMs = 0;
  private flushing = false;

  constructor(private readonly around: Surroundings) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly get = (): OutboxState => this.state;

  // Those of this unit only: another crew's presses are not sent under this sign-in.
  async load(unitId: string): Promise<void> {
    this.unitId = unitId;
    const kept = await this.read();
    const fresh = new Set(this.state.presses.map((press) => press.key));
    const older = kept.filter((press) => !fresh.has(press.key));
    this.change({ presses: [...older, ...this.state.presses].filter((press) => press.unitId === unitId).sort(byOrder) });
    this.order = Math.max(this.order, ...this.state.presses.map((press) => press.order));
  }

  press(status: Status, callId: string): string {
    const nowMs = this.around.nowMs();
    this.order = Math.max(this.order + 1, nowMs);
    const press: Press = {
      key: this.around.newKey(), order: this.order, unitId: this.unitId, callId, status, pressedAtMs: nowMs,
      heldUntilMs: nowMs + UNDO_MS, deviceAtUs: "", refused: null,
    };
    this.change({ presses: [...this.state.presses, press] });
    void this.keep(press);
    return press.key;
  }

  // False: too late, it is on its way.
  undo(key: string): boolean {
    const press = this.state.presses.find((each) => each.key === key);
    if (!press || press.deviceAtUs !== "") return false;
    this.drop(key);
    return true;
  }

  // A refusal was read.
  dismiss(key: string): void {
    if (this.state.presses.some((press) => press.key === key && press.refused)) this.drop(key);
  }

  retryNow(): void {
    this.notBeforeMs = 0;
    this.tries = 0;
    this.change({ signedOut: false });
    void this.flush();
  }

  // Sends what is due, one after another; the next one only when the one before was answered.
  async flush(): Promise<void> {
    if (this.flushing || this.unitId === "" || this.around.nowMs() < this.notBeforeMs) return;
    this.forgetDone();
    if (!this.due()) return;
    this.flushing = true;
    try {
      await this.around.alone(async () => {
        await this.forgetSentElsewhere();
        for (let press = this.due(); press; press = this.due()) if (!(await this.sendOne(press))) return;
      });
    } finally {
      this.flushing = false;
    }
  }

  private due(): Press | null {
    const first = this.state.presses.find((press) => !press.refused);
    if (!first || first.heldUntilMs > this.around.nowMs() || this.around.serverNowMs() === null) return null;
    return first;
  }

  private async sendOne(press: Press): Promise<boolean> {
    const frozen = press.deviceAtUs === "" ? await this.freeze(press) : press;
    if (!frozen) return true; // undone meanwhile
    const answer = await this.around.send(frozen);
    if (answer.kind === "done") {
      const { callId, status } = frozen;
      this.change({ done: [...this.state.done, { callId, status, atMs: this.around.nowMs() }] });
      this.drop(frozen.key);
    } else if (answer.kind === "refused") {
      await this.replace({ ...frozen, refused: answer.why });
    } else {
      this.notBeforeMs = this.around.nowMs() + Math.min(RETRY_MS_MAX, RETRY_MS_FIRST * 2 ** this.tries);
      this.tries += 1;
      this.change({ signedOut: answer.kind === "signed_out" });
      return false;
    }
    this.tries = 0;
    this.change({ signedOut: false });
    return true;
  }

  // The body must be the same whenever it is sent, also after a reload: its time is written down before the first sending.
  private async freeze(press: Press): Promise<Press | null> {
    const serverNowMs = this.around.serverNowMs() ?? this.around.nowMs();
    const agoMs = Math.max(0, this.around.nowMs() - press.pressedAtMs);
    return this.replace({ ...press, deviceAtUs: String(Math.round((serverNowMs - agoMs) * 1000)) });
  }

  private async replace(press: Press): Promise<Press | null> {
    if (!this.state.presses.some((each) => each.key === press.key)) return null;
    this.change({ presses: this.state.presses.map((each) => (each.key === press.key ? press : each)) });
    await this.keep(press);
    return press;
  }

  private drop(key: string): void {
    this.change({ presses: this.state.presses.filter((press) => press.key !== key) });
    this.around.store.remove(key).catch(() => this.change({ kept: false }));
  }

  // Another window may have sent some of them.
  private async forgetSentElsewhere(): Promise<void> {
    if (!this.state.kept) return;
    const kept = new Map((await this.read()).map((press) => [press.key, press]));
    if (!this.state.kept) return;
    const presses = this.state.presses.filter((press) => kept.has(press.key) || press.deviceAtUs === "");
    this.change({ presses: presses.map((press) => kept.get(press.key) ?? press).sort(byOrder) });
  }

  private async read(): Promise<Press[]> {
    try {
      const kept = await this.around.store.all();
      const nowMs = this.around.nowMs();
      for (const press of kept) {
        if (nowMs - press.pressedAtMs > FORGET_AFTER_MS) void this.around.store.remove(press.key).catch(() => undefined);
      }
      return kept.filter((press) => nowMs - press.pressedAtMs <= FORGET_AFTER_MS).sort(byOrder);
    } catch {
      this.change({ kept: false });
      return [];
    }
  }

  private async keep(press: Press): Promise<void> {
    try {
      await this.around.store.put(press);
      // Undone while it was being written.
      if (!this.state.presses.some((each) => each.key === press.key)) await this.around.store.remove(press.key);
    } catch {
      this.change({ kept: false });
    }
  }

  private forgetDone(): void {
    const nowMs = this.around.nowMs();
    const done = this.state.done.filter((each) => nowMs - each.atMs < DONE_KEPT_MS);
    if (done.length !== this.state.done.length) this.change({ done });
  }

  private change(part: Partial<OutboxState>): void {
    this.state = { ...this.state, ...part };
    for (const listener of this.listeners) listener();
  }
}

const byOrder = (a: Press, b: Press): number => a.order - b.order;

export const waitingOf = (state: OutboxState): Press[] => state.presses.filter((press) => !press.refused);
export const refusedOf = (state: OutboxState): Press[] => state.presses.filter((press) => press.refused);
export const reportedOf = (state: OutboxState): Reported[] => [...state.done, ...waitingOf(state)];

// The press that can still be undone, if any.
export function undoable(state: OutboxState, nowMs: number): Press | null {
  const last = waitingOf(state).at(-1);
  return last && last.deviceAtUs === "" && last.heldUntilMs > nowMs ? last : null;
}

// What an HTTP answer means for a press.
export function answerOf(status: number, problem: { code?: string; field?: string; reason?: string } | undefined): Answer {
  if (status >= 200 && status < 300) return { kind: "done" };
  if (status === 401 || status === 403) return { kind: "signed_out" };
  // Nobody knows whether it was done, or the first sending still runs: the same key again.
  if (status === 0 || status >= 500 || status === 408 || status === 429) return { kind: "later" };
  if (status === 409 && problem?.field === "idempotency-key") return { kind: "later" };
  return { kind: "refused", why: { code: problem?.code ?? String(status), field: problem?.field ?? "", reason: problem?.reason ?? "" } };
}
