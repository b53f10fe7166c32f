// Doing something at the server that is never kept back and never sent twice.
import { type Alert, api, newKey } from "../kit/api";
import { ApiFailure, patience, take } from "../kit/load";
import type { Deed } from "./queue-model";

export interface DeedInput {
  reasonCode?: string;
  note?: string;
  untilUs?: string;
}

export type DeedOutcome =
  | { done: true; alert: Alert | null }
  | { done: false; why: "conflict"; alert: Alert | null; reason: string } // somebody was first, or it no longer fits
  | { done: false; why: "forbidden" | "refused" | "no_answer"; reason: string };

const HANDLING = {
  acknowledge: "HANDLING_ACKNOWLEDGE",
  act: "HANDLING_ACT",
  shelve: "HANDLING_SHELVE",
  resolve: "HANDLING_RESOLVE",
  close: "HANDLING_CLOSE",
} as const;

// At once or not at all: an acknowledgement that leaves a minute late would lie.
export async function handle(
  alertId: string,
  deed: Deed,
  me: string,
  input: DeedInput = {},
): Promise<DeedOutcome> {
  try {
    const answer = await take(
      api.POST("/api/v1/alerts/{id}/handling", {
        params: { path: { id: alertId } },
        body: {
          handling: HANDLING[deed],
          reason_code: input.reasonCode,
          note: input.note,
          until_us: input.untilUs,
        },
        headers: { "Idempotency-Key": newKey() },
        signal: patience(),
      }),
    );
    const alert = answer.alert?.alert ?? null;
    // Two at one moment: both are answered, but only one of them did it.
    if (alert && alert.handled_by && alert.handled_by !== me)
      return { done: false, why: "conflict", alert, reason: "" };
    return { done: true, alert };
  } catch (error) {
    const failure = error instanceof ApiFailure ? error : new ApiFailure(0, "no_answer", String(error));
    if (failure.status === 0 || failure.status >= 500)
      return { done: false, why: "no_answer", reason: failure.reason };
    if (failure.status === 403) return { done: false, why: "forbidden", reason: failure.reason };
    if (failure.status !== 409) return { done: false, why: "refused", reason: failure.reason };
    const now = await take(
      api.GET("/api/v1/alerts/{id}", { params: { path: { id: alertId } }, signal: patience() }),
    ).catch(() => null);
    return { done: false, why: "conflict", alert: now?.alert?.alert ?? null, reason: failure.reason };
  }
}
