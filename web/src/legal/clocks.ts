// How long a legal clock still runs, as numbers for a sentence. The moments themselves are the server's. Pure.
export type Left = { unit: "days" | "hours" | "minutes"; a: number; b: number; over: boolean; soon: boolean };

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const SOON_MS = 12 * HOUR;

// Two units at most, the smaller rounded down: "1 day 3 hours" never promises more time than there is.
export function leftOf(dueMs: number, nowMs: number): Left {
  const ms = Math.abs(dueMs - nowMs);
  const over = nowMs >= dueMs;
  const soon = !over && ms < SOON_MS;
  if (ms >= DAY) return { unit: "days", a: Math.floor(ms / DAY), b: Math.floor((ms % DAY) / HOUR), over, soon };
  if (ms >= HOUR) return { unit: "hours", a: Math.floor(ms / HOUR), b: Math.floor((ms % HOUR) / MINUTE), over, soon };
  return { unit: "minutes", a: Math.floor(ms / MINUTE), b: 0, over, soon };
}

// What a date field gives ("2026-12-31") as the first moment no longer in force: the end of that day in Korea.
export function endOfDayUs(date: string): string {
  const ms = Date.parse(`${date}T00:00:00+09:00`);
  return Number.isFinite(ms) ? String((ms + DAY) * 1000) : "0";
}
