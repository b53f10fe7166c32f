// The running parts of the terminal: one outbox, one trail book, and the watch over what it may still hold.
import { api, type Call, newKey } from "../kit/api";
import { serverNowMs, serverTimeKnown } from "../kit/clock";
import type { PictureStore } from "../kit/picture-store";
import type { Live } from "../kit/surface";
import { keepDuty, outboxStore } from "./keep";
import { answerOf, Outbox, reportedOf } from "./outbox";
import type { Answer, Press } from "./outbox";
import { bareStatus, dutyOf, statusOnCall, type Status } from "./steps";
import { TrailBook } from "./trail";

const ANSWER_MS_MAX = 10_000;
const LOCK = "haechi-field-outbox";

async function send(press: Press): Promise<Answer> {
  try {
    const { error, response } = await api.POST("/api/v1/units/{id}/status", {
      params: { path: { id: press.unitId }, header: { "Idempotency-Key": press.key } },
      body: { status: `UNIT_STATUS_${press.status}`, call_id: press.callId, device_at_us: press.deviceAtUs },
      signal: AbortSignal.timeout(ANSWER_MS_MAX),
    });
    return answerOf(response.status, error);
  } catch {
    return { kind: "later" };
  }
}

async function alone(work: () => Promise<void>): Promise<void> {
  if (!("locks" in navigator)) return work();
  await navigator.locks.request(LOCK, { ifAvailable: true }, async (lock) => {
    if (lock) await work();
  });
}

export const outbox = new Outbox({
  store: outboxStore,
  send,
  nowMs: () => Date.now(),
  serverNowMs: () => (serverTimeKnown() ? serverNowMs() : null),
  newKey,
  alone,
});

const personsOf = (call: Call): string[] =>
  [call.wearer_id, call.protected_id, ...(call.destinations ?? []).map((to) => to.person_id)].flatMap((id) => (id ? [id] : []));

export interface EndedCall {
  callId: string;
  byUs: boolean; // this crew reported that it is clear
  atMs: number; // server clock
}

// Desk: follows the picture of one sign-in; when the call is no longer this unit's, drops what it brought.
export class Desk {
  readonly trails = new TrailBook();
  ended: EndedCall | null = null;
  private callId = "";
  private lastStatus: Status = "ASSIGNED";
  private readonly listeners = new Set<() => void>();
  onAssigned: ((callId: string) => void) | null = null;
  onEnded: (() => void) | null = null;

  constructor(
    private readonly picture: PictureStore,
    private readonly unitId: string,
  ) {
    picture.subscribe(() => this.look());
    picture.onRevoked = (revoked) => {
      if (revoked.person_id) this.trails.keepOnly(new Set([...this.persons()].filter((id) => id !== revoked.person_id)));
      this.look();
    };
    picture.tracks.subscribe(() => this.follow());
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly getEnded = (): EndedCall | null => this.ended;

  readEnded(): void {
    this.ended = null;
    this.tell();
  }

  private persons(): Set<string> {
    const { tracks } = this.picture;
    const out = new Set<string>();
    for (let row = 0; row < tracks.count; row += 1) if (tracks.kinds[row] !== "unit") out.add(tracks.ids[row] ?? "");
    for (const id of [...this.picture.trails.keys(), ...this.picture.approaches.keys()]) out.add(id);
    return out;
  }

  private follow(): void {
    const { tracks } = this.picture;
    for (let row = 0; row < tracks.count; row += 1) {
      if (tracks.kinds[row] === "unit") continue;
      this.trails.add(tracks.ids[row] ?? "", { lng: tracks.lng[row] ?? 0, lat: tracks.lat[row] ?? 0, atMs: tracks.fixedAt[row] ?? 0 });
    }
  }

  private look(): void {
    if (!this.picture.loaded) return;
    const duty = dutyOf(this.picture.calls.values(), this.unitId);
    const callId = duty?.call.id ?? "";
    if (duty) this.lastStatus = statusOnCall(bareStatus(duty.mine.status) ?? "ASSIGNED", callId, reportedOf(outbox.get()));
    const own = this.picture.units.get(this.unitId);
    const status = duty ? (bareStatus(duty.mine.status) ?? "ASSIGNED") : (bareStatus(own?.status) ?? "AVAILABLE");
    void keepDuty({ unitId: this.unitId, callSign: own?.unit?.call_sign ?? this.unitId, callId, status });
    if (callId === this.callId) return;
    const before = this.callId;
    this.callId = callId;
    this.keepOnly(new Set(duty ? personsOf(duty.call) : []));
    if (before) this.end(before);
    if (callId) {
      this.ended = null;
      this.onAssigned?.(callId);
    }
    this.tell();
  }

  // The persons of a call go with it: also where the line was down and only a new picture says that it is over.
  private keepOnly(ids: ReadonlySet<string>): void {
    for (const id of this.persons()) {
      if (ids.has(id)) continue;
      this.picture.tracks.remove(id);
      this.picture.trails.delete(id);
      this.picture.approaches.delete(id);
    }
    this.trails.keepOnly(ids);
  }

  private end(callId: string): void {
    this.picture.calls.delete(callId);
    this.ended = { callId, byUs: this.lastStatus === "CLEARED", atMs: serverNowMs() };
    this.onEnded?.();
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

let running: { live: Live; desk: Desk } | null = null;

export function startDesk(live: Live): Desk {
  const desk = new Desk(live.picture, live.who.unit_id ?? "");
  running = { live, desk };
  return desk;
}

export function deskOf(live: Live): Desk {
  if (running?.live !== live) throw new Error("the desk of another sign-in");
  return running.desk;
}
