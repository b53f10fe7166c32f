// Sees to it that a map that has stopped drawing is never taken for a quiet one: news not drawn within 3 s is said in a
// bar, and after 10 s the other engine is asked for. Time while the page is hidden does not count: browsers do not draw then.

export const DELAY_SAID_MS = 3000;
export const DELAY_GIVE_UP_MS = 10_000;

export interface WatchdogState {
  delayS: number | null; // whole seconds to say, or null
  giveUp: boolean;
}

export class Watchdog {
  private waitingSince: number | null = null;
  private newest = -1;

  // News of this version came in.
  news(version: number, nowMs: number): void {
    if (version === this.newest) return;
    this.newest = version;
    if (this.waitingSince === null) this.waitingSince = nowMs;
  }

  // Everything up to this version is on the screen.
  drawn(version: number): void {
    if (version >= this.newest) this.waitingSince = null;
  }

  // Starts counting anew: the page came into view, or another engine took over.
  restart(nowMs: number): void {
    if (this.waitingSince !== null) this.waitingSince = nowMs;
  }

  state(nowMs: number): WatchdogState {
    const waited = this.waitingSince === null ? 0 : nowMs - this.waitingSince;
    return { delayS: waited >= DELAY_SAID_MS ? Math.floor(waited / 1000) : null, giveUp: waited >= DELAY_GIVE_UP_MS };
  }
}
