// What the card says of a place and a distance that the server gave: how much of it still holds. Pure; nothing is measured.
import type { Link } from "../kit/live";

// A line that is down is said at once after this; shorter gaps are reconnections.
export const LOST_AFTER_MS = 3000;
export const STALE_AFTER_S_DEFAULT = 60;
// How far somebody in a car in town gets: an old place is drawn with a ring that grows so.
export const MIGHT_MOVE_MPS = 14;
const RING_M_MAX = 20_000;

export function isLost(link: Pick<Link, "state" | "sinceMs">, nowMs: number): boolean {
  return link.state !== "live" && nowMs - link.sinceMs >= LOST_AFTER_MS;
}

export type Banner = "offline" | "no_place" | "person_old" | "own_unknown" | "own_old" | null;

export interface SightInput {
  lost: boolean;
  serverNowMs: number;
  personFixedAtMs: number | null; // null: no place is known here
  personStaleAfterS: number;
  ownFixedAtMs: number | null;
  ownStaleAfterS: number;
  hasDistance: boolean;
}

export interface Sight {
  banner: Banner;
  personOld: boolean; // its place is drawn grey, with a ring of where it may be
  distanceOld: boolean; // the number is of an earlier moment
}

export function sightOf(input: SightInput): Sight {
  const old = (atMs: number | null, staleAfterS: number): boolean =>
    atMs !== null && input.serverNowMs - atMs > (staleAfterS || STALE_AFTER_S_DEFAULT) * 1000;
  const personOld = input.lost || old(input.personFixedAtMs, input.personStaleAfterS);
  const ownOld = old(input.ownFixedAtMs, input.ownStaleAfterS);
  return { banner: bannerOf(input, personOld, ownOld), personOld, distanceOld: personOld || ownOld };
}

function bannerOf(input: SightInput, personOld: boolean, ownOld: boolean): Banner {
  if (input.lost) return "offline";
  if (input.personFixedAtMs === null && !input.hasDistance) return "no_place";
  if (personOld) return "person_old";
  if (!input.hasDistance && input.ownFixedAtMs === null) return "own_unknown";
  return ownOld ? "own_old" : null;
}

// Radius of the ring within which somebody may be who was last seen that long ago; metres.
export function ringM(accuracyM: number, ageMs: number): number {
  return Math.min(RING_M_MAX, Math.round(accuracyM + Math.max(0, ageMs / 1000) * MIGHT_MOVE_MPS));
}
