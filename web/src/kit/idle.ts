// A page that nobody touches ends its session, though it goes on asking the server. Pages of one browser share the session, so
// they share when it was last used.
import { useEffect } from "react";

const USED = "used"; // a time, of any of the pages
const TOLD_EVERY_MS = 5000;
const LOOK_EVERY_MS = 10_000;
export const CASEWORK_IDLE_MS = 30 * 60_000; // as the server ends sessions of closed pages
export const ACCOUNT_IDLE_MS = 15 * 60_000;
const SIGNS = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"] as const;

function usedElsewhereMs(): number {
  try {
    return Number(localStorage.getItem(USED));
  } catch {
    return 0;
  }
}

function tell(nowMs: number): void {
  try {
    localStorage.setItem(USED, String(nowMs));
  } catch {
    // storage may be switched off; then each page counts for itself
  }
}

// Calls `leave` once when no page was touched for so long; returns how to stop watching.
export function watchIdle(limitMs: number, leave: () => void): () => void {
  let usedMs = Date.now();
  let toldMs = usedMs;
  tell(usedMs);
  const use = (): void => {
    usedMs = Date.now();
    if (usedMs - toldMs >= TOLD_EVERY_MS) tell((toldMs = usedMs));
  };
  for (const sign of SIGNS) addEventListener(sign, use, { passive: true, capture: true });
  const timer = setInterval(() => {
    if (Date.now() - Math.max(usedMs, usedElsewhereMs()) < limitMs) return;
    stop();
    leave();
  }, LOOK_EVERY_MS);
  const stop = (): void => {
    clearInterval(timer);
    for (const sign of SIGNS) removeEventListener(sign, use, { capture: true });
  };
  return stop;
}

export function useIdle(limitMs: number, leave: () => void): void {
  useEffect(() => watchIdle(limitMs, leave), [limitMs]);
}
