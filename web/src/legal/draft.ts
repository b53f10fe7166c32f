// Conditions while somebody writes them: whom he must stay away from and how far, and zones drawn or typed. Pure; made into
// the order and zones that the server takes.
import type { Schemas } from "../kit/api";

type Condition = Schemas["Condition"];
type Order = Schemas["Order"];
type Zone = Schemas["Zone"];

export interface DraftZone {
  id: string; // made here
  known: boolean; // registered already
  zone: Zone;
  bufferM: number;
  policeM: number;
}

export interface Draft {
  keepAway: boolean;
  protectedId: string;
  banM: number;
  mapM: number;
  policeM: number;
  warnM: number;
  zones: DraftZone[];
}

// Distances of the Korean pack: 100 m by statute, 1 km for the police; the others as the pack proposes them.
export const USUAL = { banM: 100, mapM: 600, policeM: 1000, warnM: 2000 };
const POLICE_OF_A_PLACE_M = 1000;

export function newDraft(protectedId: string, stated: Order | undefined, zones: readonly Zone[]): Draft {
  const keep = stated?.conditions?.find((one) => one.keep_away)?.keep_away;
  const metres = (mm: number | undefined, usual: number) => (mm ? mm / 1000 : usual);
  return {
    keepAway: stated?.conditions ? keep !== undefined : true,
    protectedId: keep?.protected_id ?? protectedId,
    banM: metres(keep?.ban_mm, USUAL.banM),
    mapM: metres(keep?.map_mm, USUAL.mapM),
    policeM: metres(keep?.police_mm, USUAL.policeM),
    warnM: metres(keep?.warn_mm, USUAL.warnM),
    zones: (stated?.conditions ?? []).flatMap((one): DraftZone[] => {
      const zone = zones.find((each) => each.id === one.exclusion?.zone_id);
      if (!one.exclusion || !zone) return [];
      return [{
        id: one.exclusion.zone_id ?? "", known: true, zone, bufferM: (one.exclusion.buffer_mm ?? 0) / 1000,
        policeM: (one.exclusion.police_mm ?? 0) / 1000,
      }];
    }),
  };
}

const e7 = (degrees: number) => Math.round(degrees * 1e7);
const placeOf = ([lng, lat]: [number, number]) => ({ lng_e7: e7(lng), lat_e7: e7(lat) });

export const withZone = (draft: Draft, id: string, shape: NonNullable<Zone["shape"]>): Draft => ({
  ...draft,
  zones: [...draft.zones, { id, known: false, zone: { id, shape }, bufferM: 0, policeM: POLICE_OF_A_PLACE_M }],
});

export const polygonOf = (corners: [number, number][]): NonNullable<Zone["shape"]> => ({
  polygon: { outer: { corners: corners.map(placeOf) } },
});

export const circleOf = (centre: [number, number], radiusM: number): NonNullable<Zone["shape"]> => ({
  circle: { centre: placeOf(centre), radius_mm: Math.round(radiusM * 1000) },
});

// "37.7001, 127.2060" -> [lng, lat]; null: not a place.
export function placeOfText(text: string): [number, number] | null {
  const [lat, lng, more] = text.split(/[\s,]+/).filter(Boolean).map(Number);
  if (lat === undefined || lng === undefined || more !== undefined) return null;
  return Math.abs(lat) <= 90 && Math.abs(lng) <= 180 ? [lng, lat] : null;
}

// What is wrong with it, by the name of a sentence; null: nothing.
export function problemOf(draft: Draft): "nothing" | "distances" | null {
  if (!draft.keepAway && draft.zones.length === 0) return "nothing";
  const { banM, mapM, policeM, warnM } = draft;
  const rising = banM > 0 && banM <= mapM && mapM <= policeM && policeM <= warnM && warnM <= 100_000;
  return draft.keepAway && !rising ? "distances" : null;
}

export function statedOf(draft: Draft): { stated: Order; zones: Zone[] } {
  const mm = (m: number) => Math.round(m * 1000);
  const conditions: Condition[] = [];
  if (draft.keepAway) {
    conditions.push({
      id: "keep-away",
      keep_away: {
        protected_id: draft.protectedId, ban_mm: mm(draft.banM), map_mm: mm(draft.mapM), police_mm: mm(draft.policeM), warn_mm: mm(draft.warnM),
      },
    });
  }
  for (const one of draft.zones) {
    conditions.push({
      id: one.id,
      exclusion: { zone_id: one.id, buffer_mm: mm(one.bufferM), police_mm: mm(one.policeM), protected_id: draft.protectedId },
    });
  }
  return { stated: { conditions }, zones: draft.zones.filter((one) => !one.known).map((one) => one.zone) };
}
