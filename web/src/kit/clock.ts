// The server's clock as far as this screen knows it. Ages are told by it, so a wrong clock here cannot make an old place
// look new.
//
// A machine has two clocks, and either may fail: that of the day can be set back while it runs, the steady one may stand
// while it sleeps. What is old by either is old.
let offsetMs = 0;
let steadyOffsetMs = -Infinity;
let known = false;

// `serverUs` as said by a message that has just arrived.
export function learnServerTime(serverUs: number): void {
  const serverMs = serverUs / 1000;
  offsetMs = better(serverMs - Date.now(), offsetMs);
  steadyOffsetMs = better(serverMs - performance.now(), steadyOffsetMs);
  known = true;
}

// The largest offset seen is the message that travelled fastest; a clock that was set makes it jump.
const better = (offset: number, best: number): number => (!known || offset > best || best - offset > 2000 ? offset : best);

export const serverNowMs = (): number => Math.max(Date.now() + offsetMs, performance.now() + steadyOffsetMs);

export interface Moment {
  wallMs: number;
  steadyMs: number;
}
export const thisMoment = (): Moment => ({ wallMs: Date.now(), steadyMs: performance.now() });
export const passedMs = (since: Moment): number => Math.max(Date.now() - since.wallMs, performance.now() - since.steadyMs);

export const serverTimeKnown = (): boolean => known;

export const msOf = (us: string | number | undefined): number => Number(us ?? 0) / 1000;
