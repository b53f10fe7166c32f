// A unit's steps: what comes next, and how far it is when its own unsent reports are counted in. Pure.
import type { Call, Schemas } from "../kit/api";

export type Assignment = Schemas["Assignment"];
export type Status = "AVAILABLE" | "ASSIGNED" | "ACKNOWLEDGED" | "EN_ROUTE" | "ON_SCENE" | "TRANSPORTING" | "CLEARED" | "OUT_OF_SERVICE";

const ON_CALL: readonly Status[] = ["ASSIGNED", "ACKNOWLEDGED", "EN_ROUTE", "ON_SCENE", "TRANSPORTING", "CLEARED"];
const NEXT: Partial<Record<Status, Status>> = {
  ASSIGNED: "ACKNOWLEDGED",
  ACKNOWLEDGED: "EN_ROUTE",
  EN_ROUTE: "ON_SCENE",
  ON_SCENE: "CLEARED",
  TRANSPORTING: "CLEARED",
};

export const bareStatus = (status: string | undefined): Status | null => {
  const bare = (status ?? "").replace("UNIT_STATUS_", "");
  return bare === "AVAILABLE" || bare === "OUT_OF_SERVICE" || ON_CALL.includes(bare as Status) ? (bare as Status) : null;
};

export const nextStep = (status: Status): Status | null => NEXT[status] ?? null;

// What ends the access to the persons of the call is asked twice.
export const endsAccess = (status: Status): boolean => status === "CLEARED" || status === "AVAILABLE" || status === "OUT_OF_SERVICE";

export interface Reported {
  callId: string;
  status: Status;
}

// On a call a step never goes back, so the farthest counts; leaving counts as having cleared.
export function statusOnCall(server: Status, callId: string, reported: readonly Reported[]): Status {
  let farthest = server;
  for (const each of reported) {
    if (each.callId !== callId) continue;
    const status: Status = each.status === "AVAILABLE" || each.status === "OUT_OF_SERVICE" ? "CLEARED" : each.status;
    if (ON_CALL.indexOf(status) > ON_CALL.indexOf(farthest)) farthest = status;
  }
  return farthest;
}

// Without a call the last report counts.
export function statusOffCall(server: Status, reported: readonly Reported[]): Status {
  let last = server;
  for (const each of reported) if (each.callId === "") last = each.status;
  return last;
}

const isHeld = (one: Assignment): boolean => {
  const status = bareStatus(one.status);
  return status !== null && ON_CALL.includes(status) && status !== "CLEARED";
};

export interface Duty {
  call: Call;
  mine: Assignment;
}

// The open call that the unit drives to; of several (which the server does not make) the one assigned last.
export function dutyOf(calls: Iterable<Call>, unitId: string): Duty | null {
  let found: Duty | null = null;
  for (const call of calls) {
    if (call.state === "CALL_STATE_CLOSED") continue;
    for (const mine of call.assignments ?? []) {
      if (mine.unit_id !== unitId || !isHeld(mine)) continue;
      if (!found || Number(mine.assigned_at_us ?? 0) > Number(found.mine.assigned_at_us ?? 0)) found = { call, mine };
    }
  }
  return found;
}

export const othersOf = (call: Call, unitId: string): Assignment[] =>
  (call.assignments ?? []).filter((each) => each.unit_id !== unitId && isHeld(each));
