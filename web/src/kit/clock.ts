// The server's clock as far as this screen knows it. Ages are told by it, so a wrong clock here cannot make an old place
// look new.
let offsetMs = 0;
let known = false;

// `serverUs` as said by a message that has just arrived.
export function learnServerTime(serverUs: number): void {
  const offset = serverUs / 1000 - Date.now();
  // The largest offset seen is the message that travelled fastest; a clock that was set makes it jump.
  if (!known || offset > offsetMs || Math.abs(offset - offsetMs) > 2000) offsetMs = offset;
  known = true;
}

export const serverNowMs = (): number => Date.now() + offsetMs;
export const serverTimeKnown = (): boolean => known;

export const msOf = (us: string | number | undefined): number => Number(us ?? 0) / 1000;
