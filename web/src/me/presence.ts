// Presence: whether anybody may look at the page. Hidden: veiled at once and emptied after a minute. Away (quick exit): a
// memo page stands before it at once, and what was there is gone. What was dropped comes again from the server.
import type { Live } from "../kit/surface";

export const DROP_AFTER_MS = 60_000;
export const LOCK = "list"; // minutes away after which a number is asked for; all that is kept of it here

export function lockMinutes(): number {
  try {
    return Number(localStorage.getItem(LOCK));
  } catch {
    return 0;
  }
}

export const MARK = "#memo"; // in the address while away, so that a reload does not bring the page back

export class Presence {
  locked = lockMinutes() > 0; // no way back without the number
  asks = this.locked; // for it, at once
  away = this.locked || location.hash === MARK;
  generation = 0; // counts leavings: views that were open are not there afterwards
  private live: Live | null = null;
  private hiddenAtMs = 0;
  private dropped = false;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly listeners = new Set<() => void>();
  onAway: ((away: boolean) => void) | null = null;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly getGeneration = (): number => this.generation;

  watch(): void {
    document.addEventListener("visibilitychange", () => (document.hidden ? this.hide() : this.show()));
    document.addEventListener("freeze", () => this.drop());
    addEventListener("pagehide", () => this.veil(true));
    addEventListener("pageshow", () => this.veil(document.hidden));
  }

  // Nobody can see it: not to be reported as shown, and to be noticed by a notification.
  isSeen(): boolean {
    return !this.away && !document.hidden;
  }

  attach(live: Live): void {
    this.live = live;
    this.dropped = false;
    if (this.away) this.drop();
  }

  leave(asks = false): void {
    if (this.away) return;
    this.away = true;
    this.asks = asks;
    this.locked = lockMinutes() > 0;
    this.onAway?.(true); // before anything that takes time
    history.replaceState(null, "", location.pathname + location.search + MARK);
    this.generation += 1;
    this.drop();
    this.tell();
  }

  comeBack(): void {
    if (!this.away || this.locked) return;
    this.away = false;
    history.replaceState(null, "", location.pathname + location.search);
    this.restore();
    this.onAway?.(false);
    this.tell();
  }

  unlock(): void {
    this.locked = false;
    this.comeBack();
  }

  private hide(): void {
    this.veil(true);
    this.hiddenAtMs = Date.now();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.drop(), DROP_AFTER_MS);
  }

  private show(): void {
    clearTimeout(this.timer);
    // Timers of hidden pages run late.
    const hiddenMs = this.hiddenAtMs && Date.now() - this.hiddenAtMs;
    if (hiddenMs >= DROP_AFTER_MS) this.drop();
    if (lockMinutes() && hiddenMs >= lockMinutes() * 60_000) this.leave(true);
    if (!this.away) this.restore();
    this.veil(false);
  }

  private drop(): void {
    if (!this.live || this.dropped) return;
    this.dropped = true;
    this.live.picture.blind = true;
    this.live.picture.clear();
  }

  private restore(): void {
    if (!this.live || !this.dropped) return;
    this.dropped = false;
    this.live.picture.blind = false;
    this.live.socket.startOver();
  }

  private veil(on: boolean): void {
    document.documentElement.toggleAttribute("data-veil", on);
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}

export const presence = new Presence();
