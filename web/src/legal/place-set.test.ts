import { describe, expect, it } from "vitest";
import type { CaseAnswer } from "./asks";
import type { DraftZone } from "./draft";
import { placesOf, replacedOf } from "./place-set";

const zone = (id: string, known = true): DraftZone => ({ id, known, zone: { id }, bufferM: 0, policeM: 0 });

describe("a change of places", () => {
  it("is nothing while every place stays", () => {
    expect(replacedOf(["home"], [zone("home")], {})).toEqual([]);
  });

  it("adds, replaces and gives up, each place once", () => {
    const after = [zone("school"), zone("new-home", false), zone("gym", false)];
    expect(replacedOf(["home", "work", "school"], after, { "new-home": "home" })).toEqual([
      { old_zone_id: "home", new_zone_id: "new-home" }, { new_zone_id: "gym" }, { old_zone_id: "work" },
    ]);
  });

  it("takes no place twice, and none that stays", () => {
    const after = [zone("work"), zone("a", false), zone("b", false), zone("c", false)];
    expect(replacedOf(["home", "work"], after, { a: "home", b: "home", c: "work" })).toEqual([
      { old_zone_id: "home", new_zone_id: "a" }, { new_zone_id: "b" }, { new_zone_id: "c" },
    ]);
  });
});

describe("the places that count", () => {
  const measure = (zoneId: string, her: string, stage: "ACTIVE" | "ENDED") => ({
    stage: `MEASURE_STAGE_${stage}` as const,
    stated: { conditions: [{ id: zoneId, exclusion: { zone_id: zoneId, protected_id: her } }] },
  });
  const answer = {
    case_record: { places: [{ protected_id: "p1", version: 2, zone_ids: ["home"], since_us: "5" }] },
    measures: [measure("work", "p1", "ACTIVE"), measure("old", "p1", "ENDED"), measure("hers", "p2", "ACTIVE")],
    zones: [{ id: "home" }, { id: "work" }],
  } as CaseAnswer;

  it("are those stated for her and those her measures name, not another's and not of what ended", () => {
    expect(placesOf(answer, "p1").zones.map((one) => one.id)).toEqual(["home", "work"]);
    expect(placesOf(answer, "p1").version).toBe(2);
    expect(placesOf(answer, "p2")).toMatchObject({ version: 0, zones: [{ id: "hers" }] });
  });
});
