// What the desk does at the server: at once or not at all. A unit that is sent minutes after somebody gave it up would be sent
// wrongly, so nothing is kept back for a dead line.
import { api, newKey, type Problem } from "../kit/api";
import type { UnitStatus } from "./types";

const PATIENCE_MS = 8000;

export type Outcome = { done: true } | { done: false; why: "conflict" | "forbidden" | "refused" | "no_answer"; reason: string };

interface Answered {
  data?: unknown;
  error?: unknown;
  response: Response;
}

export const patience = (): AbortSignal => AbortSignal.timeout(PATIENCE_MS);

async function outcome(asked: Promise<Answered>): Promise<Outcome> {
  let answer: Answered;
  try {
    answer = await asked;
  } catch {
    return { done: false, why: "no_answer", reason: "" };
  }
  if (answer.response.ok) return { done: true };
  const problem = (answer.error ?? {}) as Partial<Problem>;
  const reason = problem.reason ?? "";
  const status = answer.response.status;
  if (status >= 500) return { done: false, why: "no_answer", reason };
  return { done: false, why: status === 403 || status === 401 ? "forbidden" : status === 409 ? "conflict" : "refused", reason };
}

const once = () => ({ "Idempotency-Key": newKey() });

export const assign = (callId: string, unitId: string, target: "TARGET_WEARER" | "TARGET_PROTECTED_PERSON"): Promise<Outcome> =>
  outcome(api.POST("/api/v1/calls/{id}/assign", {
    params: { path: { id: callId } }, body: { unit_id: unitId, target }, headers: once(), signal: patience(),
  }));

export const setStatus = (unitId: string, callId: string, status: UnitStatus): Promise<Outcome> =>
  outcome(api.POST("/api/v1/units/{id}/status", {
    params: { path: { id: unitId } }, body: { status, call_id: callId }, headers: once(), signal: patience(),
  }));

export const closeCall = (callId: string, disposition: string, note: string): Promise<Outcome> =>
  outcome(api.POST("/api/v1/calls/{id}/close", {
    params: { path: { id: callId } }, body: { disposition, note }, headers: once(), signal: patience(),
  }));
