// What this seat is looking at and doing: the open call, the chosen unit, dialogs, the last answer, sounds.
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from "react";
import type { PictureStore } from "../kit/picture-store";
import { useLink, useLive, usePicture } from "../kit/surface";
import { isClosed, standing } from "./model";
import { assign, closeCall, type Outcome, setStatus } from "./rest";
import { Sound } from "./sound";
import type { UnitStatus } from "./types";

export type Target = "TARGET_WEARER" | "TARGET_PROTECTED_PERSON";
export type DialogName = "close" | "help" | "leave_unit" | null;

export interface DeskState {
  callId: string | null;
  unitId: string | null;
  list: "open" | "closed";
  view: "map" | "picture";
  dialog: DialogName;
  awaiting: "status" | null; // "S" was pressed: a number follows
  busy: string | null; // what is being sent
  said: { tone: "done" | "refused"; key: string; more: Record<string, string>; n: number } | null;
  singleKeys: boolean; // one-letter commands
  seen: ReadonlySet<string>; // calls this seat has opened
}

const FIRST: DeskState = {
  callId: null, unitId: null, list: "open", view: "map", dialog: null, awaiting: null, busy: null, said: null, singleKeys: true,
  seen: new Set(),
};

export class Desk {
  state = FIRST;
  readonly sound = new Sound();
  private readonly listeners = new Set<() => void>();
  private n = 0;

  constructor(
    readonly picture: PictureStore,
    private readonly isLive: () => boolean,
  ) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly get = (): DeskState => this.state;

  set(change: Partial<DeskState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }

  open(callId: string | null): void {
    const seen = callId && !this.state.seen.has(callId) ? new Set([...this.state.seen, callId]) : this.state.seen;
    this.set({ callId, seen, awaiting: null });
  }

  say(tone: "done" | "refused", key: string, more: Record<string, string> = {}): void {
    this.n += 1;
    this.set({ said: { tone, key, more, n: this.n } });
  }

  nameOf(unitId: string): string {
    return this.picture.units.get(unitId)?.unit?.call_sign || unitId;
  }

  // Sends a unit. Nothing leaves while the line is dead: the server would not be heard to refuse.
  async send(callId: string, unitId: string, target: Target): Promise<void> {
    await this.act(`assign/${unitId}`, () => assign(callId, unitId, target), "assigned", { unit: this.nameOf(unitId) });
  }

  async status(unitId: string, callId: string, status: UnitStatus): Promise<void> {
    await this.act(`status/${unitId}`, () => setStatus(unitId, callId, status), "status_set", { unit: this.nameOf(unitId) });
  }

  async close(callId: string, disposition: string, note: string): Promise<boolean> {
    return this.act(`close/${callId}`, () => closeCall(callId, disposition, note), "closed", { call: callId });
  }

  private async act(name: string, run: () => Promise<Outcome>, done: string, more: Record<string, string>): Promise<boolean> {
    if (this.state.busy) return false;
    if (!this.isLive()) {
      this.say("refused", "said.no_line");
      return false;
    }
    this.set({ busy: name });
    const outcome = await run();
    this.set({ busy: null });
    if (outcome.done) this.say("done", `said.${done}`, more);
    else this.say("refused", `said.${outcome.why}`, { ...more, reason: outcome.reason });
    return outcome.done;
  }
}

const DeskContext = createContext<Desk | null>(null);

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (!desk) throw new Error("outside of the desk");
  return desk;
}

export function useDeskState(): DeskState {
  const desk = useDesk();
  return useSyncExternalStore(desk.subscribe, desk.get);
}

export function DeskProvider({ children }: { children: ReactNode }) {
  const { picture, socket } = useLive();
  const [desk, setDesk] = useState<Desk | null>(null);
  useEffect(() => {
    const made = new Desk(picture, () => socket.link.state === "live");
    setDesk(made);
    return () => made.sound.close();
  }, [picture, socket]);
  if (!desk) return null;
  return (
    <DeskContext value={desk}>
      <Sounds desk={desk} />
      {children}
    </DeskContext>
  );
}

// Keeps the sounds in step with what waits.
function Sounds({ desk }: { desk: Desk }) {
  const picture = usePicture();
  const { seen } = useDeskState();
  const link = useLink();
  const waiting = [...picture.calls.values()].filter((call) => !isClosed(call) && !seen.has(call.id ?? ""));
  const gravest = waiting.length > 0 ? Math.min(...waiting.map((call) => call.code ?? 0)) : null;
  const work = standing(picture).length > 0;
  const newest = waiting.length;
  useEffect(() => {
    desk.sound.waitingCode = gravest;
    desk.sound.work = work;
    desk.sound.lost = link.state === "lost" || link.state === "refused";
  }, [desk, gravest, work, link.state]);
  useEffect(() => {
    if (newest > 0 && gravest !== null) desk.sound.arrived(gravest);
  }, [desk, newest, gravest]);
  return null;
}
