// Which places of a protected person count, and what a change of them is in the server's words. Pure.
import type { CaseAnswer, Zone } from "./asks";
import type { DraftZone } from "./draft";

export interface PlaceSet {
  version: number; // 0: as the measures were begun
  sinceUs: string;
  zones: Zone[];
}

// The set that was stated for her, and what her measures name of hers beside it.
export function placesOf(answer: CaseAnswer, her: string): PlaceSet {
  const set = answer.case_record?.places?.find((one) => one.protected_id === her);
  const named = (answer.measures ?? [])
    .filter((one) => one.stage !== "MEASURE_STAGE_ENDED")
    .flatMap((one) => one.stated?.conditions ?? [])
    .flatMap((one) => (one.exclusion?.protected_id === her && one.exclusion.zone_id ? [one.exclusion.zone_id] : []));
  const ids = [...new Set([...(set?.zone_ids ?? []), ...named])];
  return {
    version: set?.version ?? 0,
    sinceUs: set?.since_us ?? "0",
    zones: ids.map((id) => answer.zones?.find((zone) => zone.id === id) ?? { id }),
  };
}

export interface Replaced {
  old_zone_id?: string;
  new_zone_id?: string;
}

// `before`: those that counted. `after`: those that shall. `instead`: by new zone, whose place it takes; an old one that
// stays after all, or that another new one has taken, is nobody's place.
export function replacedOf(before: readonly string[], after: readonly DraftZone[], instead: Readonly<Record<string, string>>): Replaced[] {
  const gone = new Set(before.filter((id) => !after.some((one) => one.id === id)));
  const made = after
    .filter((one) => !one.known)
    .map((one): Replaced => {
      const old = instead[one.id] ?? "";
      return gone.delete(old) ? { old_zone_id: old, new_zone_id: one.id } : { new_zone_id: one.id };
    });
  return [...made, ...[...gone].map((id): Replaced => ({ old_zone_id: id }))];
}
