// What is written down as conditions is what the server is sent, no more and no less.
import { expect, test } from "vitest";
import { circleOf, newDraft, placeOfText, polygonOf, problemOf, statedOf, withZone } from "./draft";

test("a new draft keeps him away from her at the usual distances", () => {
  const { stated, zones } = statedOf(newDraft("her", undefined, []));
  expect(stated.conditions).toEqual([
    { id: "keep-away", keep_away: { protected_id: "her", ban_mm: 100_000, map_mm: 600_000, police_mm: 1_000_000, warn_mm: 2_000_000 } },
  ]);
  expect(zones).toEqual([]);
});

test("what was asked for is what the draft begins with, and known zones are not registered again", () => {
  const zone = { id: "school", shape: circleOf([127.2, 37.7], 150) };
  const asked = { conditions: [{ id: "school", exclusion: { zone_id: "school", buffer_mm: 50_000 } }] };
  const draft = newDraft("her", asked, [zone]);
  expect(draft.keepAway).toBe(false);
  const more = withZone(draft, "home", polygonOf([[127, 37], [127.001, 37], [127, 37.001]]));
  const { stated, zones } = statedOf(more);
  expect(stated.conditions?.map((one) => one.id)).toEqual(["school", "home"]);
  expect(zones.map((one) => one.id)).toEqual(["home"]);
});

test("distances must not shrink outwards, and an order must say something", () => {
  const draft = newDraft("her", undefined, []);
  expect(problemOf(draft)).toBeNull();
  expect(problemOf({ ...draft, mapM: 50 })).toBe("distances");
  expect(problemOf({ ...draft, keepAway: false })).toBe("nothing");
});

test("a typed place is latitude first, as people write it", () => {
  expect(placeOfText("37.7001, 127.2060")).toEqual([127.206, 37.7001]);
  expect(placeOfText("127.2")).toBeNull();
  expect(placeOfText("137.7, 127.2")).toBeNull();
});
