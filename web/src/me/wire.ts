// What the app says to the server of itself: where the phone is, how it is, and a call for help. The sign-in goes along as
// a cookie; answers are never kept.
import type { SosAnswer, Pressed } from "./sos";
import { serverNowMs } from "../kit/clock";
import { surface } from "../kit/session";

export interface OwnFix {
  lat: number;
  lng: number;
  accuracyM: number;
  fixedAtMs: number;
  speedMps: number | null;
  courseDeg: number | null;
}

export interface Battery {
  percent: number;
  charging: boolean;
}

export interface Health {
  locationOff: boolean;
  notificationsOff: boolean;
}

const us = (ms: number): string => String(Math.round(ms * 1000));

export function fixJson(fix: OwnFix): Record<string, unknown> {
  return {
    place: { lat_e7: Math.round(fix.lat * 1e7), lng_e7: Math.round(fix.lng * 1e7) },
    fixed_at_us: us(fix.fixedAtMs),
    accuracy_mm: Math.round(fix.accuracyM * 1000),
    source: "FIX_SOURCE_GNSS",
    ...(fix.speedMps !== null && { speed_mmps: Math.round(fix.speedMps * 1000) }),
    ...(fix.courseDeg !== null && { course_cdeg: Math.round(fix.courseDeg * 100) % 36000 }),
  };
}

const batteryJson = (battery: Battery | null): Record<string, unknown> =>
  battery ? { battery_percent: battery.percent, charging: battery.charging } : {};

export function post(path: string, body: Record<string, unknown>, signal: AbortSignal, method = "POST"): Promise<Response> {
  return fetch(path, {
    method,
    body: JSON.stringify(body),
    headers: { "content-type": "application/json", "Haechi-Surface": surface },
    cache: "no-store",
    keepalive: true, // also while the page is being left
    signal,
  });
}

export type Told = "taken" | "refused" | "unreached";

export async function tellPosition(fix: OwnFix | null, battery: Battery | null, health: Health): Promise<Told> {
  const body = {
    ...(fix && { fix: fixJson(fix) }),
    ...batteryJson(battery),
    health: { location_off: health.locationOff, notifications_off: health.notificationsOff },
  };
  try {
    const answer = await post("/api/v1/me/position", body, AbortSignal.timeout(8000));
    if (answer.ok) return "taken";
    return answer.status >= 500 || answer.status === 429 ? "unreached" : "refused";
  } catch {
    return "unreached";
  }
}

export async function sendSos(
  pressed: Pressed,
  fix: OwnFix | null,
  battery: Battery | null,
  signal: AbortSignal,
): Promise<SosAnswer> {
  const atServerMs = serverNowMs() - (Date.now() - pressed.pressedAtMs);
  const body = {
    id: pressed.id,
    silent: pressed.silent,
    pressed_at_us: us(atServerMs),
    ...(fix && { fix: fixJson(fix) }),
    ...batteryJson(battery),
  };
  try {
    const answer = await post("/api/v1/me/sos", body, signal);
    if (answer.ok) {
      const said = (await answer.json()) as { alert_id?: string; received_at_us?: string };
      const receivedAtMs = Number(said.received_at_us ?? 0) / 1000;
      return { kind: "received", alertId: said.alert_id ?? "", receivedAtMs: receivedAtMs || serverNowMs() };
    }
    if (answer.status === 401 || answer.status === 403) return { kind: "refused", why: "session" };
    const mine = answer.status >= 400 && answer.status < 500 && answer.status !== 408 && answer.status !== 429;
    return mine ? { kind: "refused", why: "request" } : { kind: "unreached" };
  } catch {
    return { kind: "unreached" };
  }
}
