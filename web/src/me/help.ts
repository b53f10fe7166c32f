// The call for help of this page: one, whatever the page shows, so that it goes on through sign-in, loss of the line and
// quick exit.
import { vibrate } from "./notices";
import { phone } from "./phone";
import { type Pressed, Sos, type SosState } from "./sos";
import { sendSos } from "./wire";

const KEPT = "draft"; // holds an id, a time and a flag; gone as soon as the server has it

function kept(): Pressed | null {
  try {
    const read = JSON.parse(sessionStorage.getItem(KEPT) ?? "null") as { i?: string; t?: number; q?: number } | null;
    return read?.i && read.t ? { id: read.i, pressedAtMs: read.t, silent: read.q === 1 } : null;
  } catch {
    return null;
  }
}

function keep(pressed: Pressed | null): void {
  try {
    if (!pressed) sessionStorage.removeItem(KEPT);
    else sessionStorage.setItem(KEPT, JSON.stringify({ i: pressed.id, t: pressed.pressedAtMs, q: pressed.silent ? 1 : 0 }));
  } catch {
    // storage may be switched off; then it lives as long as the page
  }
}

function newId(): string {
  if ("randomUUID" in crypto) return crypto.randomUUID();
  return Array.from((crypto as Crypto).getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export const sos = new Sos({
  send: (pressed, withFix, signal) => sendSos(pressed, withFix ? phone.freshFix() : null, phone.state.battery, signal),
  nowMs: () => Date.now(),
  later: (ms, task) => {
    const timer = setTimeout(task, ms);
    return () => clearTimeout(timer);
  },
  newId,
  keep,
  random: () => Math.random(),
});

const listeners = new Set<() => void>();
sos.onChange = () => listeners.forEach((listener) => listener());
export const subscribeSos = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};
export const sosState = (): SosState => sos.state;

// A silent one shows nothing: one shake says received, two short ones say that it is not sent yet.
sos.onReceived = (state) => vibrate(state.pressed?.silent ? 200 : [200, 100, 400]);
sos.onOverdue = (state) => vibrate(state.pressed?.silent ? [80, 120, 80] : [400]);

export function setUpSos(): void {
  const pressed = kept();
  if (pressed) sos.resume(pressed);
  addEventListener("online", () => sos.retryNow());
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) sos.retryNow();
  });
}
