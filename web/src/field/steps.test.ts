// Steps, what is still known, and trails.
import { describe, expect, it } from "vitest";
import type { Call } from "../kit/api";
import { isLost, ringM, sightOf } from "./sight";
import { dutyOf, nextStep, othersOf, statusOffCall, statusOnCall } from "./steps";
import { TrailBook } from "./trail";

describe("the next step", () => {
  it("goes from acknowledging to clearing, also after a transport", () => {
    expect(nextStep("ASSIGNED")).toBe("ACKNOWLEDGED");
    expect(nextStep("ACKNOWLEDGED")).toBe("EN_ROUTE");
    expect(nextStep("EN_ROUTE")).toBe("ON_SCENE");
    expect(nextStep("ON_SCENE")).toBe("CLEARED");
    expect(nextStep("TRANSPORTING")).toBe("CLEARED");
    expect(nextStep("CLEARED")).toBeNull();
    expect(nextStep("AVAILABLE")).toBeNull();
  });

  it("counts what was pressed and not yet heard back, of this call only, and never goes back", () => {
    expect(statusOnCall("ASSIGNED", "C1", [{ callId: "C1", status: "EN_ROUTE" }])).toBe("EN_ROUTE");
    expect(statusOnCall("ASSIGNED", "C1", [{ callId: "C0", status: "ON_SCENE" }])).toBe("ASSIGNED");
    expect(statusOnCall("ON_SCENE", "C1", [{ callId: "C1", status: "ACKNOWLEDGED" }])).toBe("ON_SCENE");
    expect(statusOnCall("EN_ROUTE", "C1", [{ callId: "C1", status: "OUT_OF_SERVICE" }])).toBe("CLEARED");
  });

  it("without a call is what was pressed last", () => {
    expect(statusOffCall("CLEARED", [{ callId: "", status: "OUT_OF_SERVICE" }, { callId: "", status: "AVAILABLE" }])).toBe("AVAILABLE");
    expect(statusOffCall("CLEARED", [{ callId: "C1", status: "ON_SCENE" }])).toBe("CLEARED");
  });
});

describe("the duty of a unit", () => {
  const call = (id: string, assignments: unknown[], state = "CALL_STATE_EN_ROUTE"): Call => ({ id, state, assignments }) as Call;
  const one = (unit_id: string, status: string, at = "1") => ({ unit_id, status: `UNIT_STATUS_${status}`, assigned_at_us: at });

  it("is the open call it is on", () => {
    const calls = [call("closed", [one("a", "ON_SCENE")], "CALL_STATE_CLOSED"), call("done", [one("a", "CLEARED")]), call("now", [one("b", "ASSIGNED"), one("a", "EN_ROUTE")])];
    expect(dutyOf(calls, "a")?.call.id).toBe("now");
    expect(dutyOf(calls, "c")).toBeNull();
    expect(othersOf(calls[2] as Call, "a").map((each) => each.unit_id)).toEqual(["b"]);
  });
});

describe("what is still known", () => {
  const base = {
    lost: false, serverNowMs: 100_000, personFixedAtMs: 95_000, personStaleAfterS: 30, ownFixedAtMs: 99_000, ownStaleAfterS: 60, hasDistance: true,
  };

  it("is all of it while both places are new", () => {
    expect(sightOf(base)).toEqual({ banner: null, personOld: false, distanceOld: false });
  });

  it("is nothing of the present without a line, however new the last place is", () => {
    expect(sightOf({ ...base, lost: true })).toEqual({ banner: "offline", personOld: true, distanceOld: true });
  });

  it("says which of the two places is old or missing", () => {
    expect(sightOf({ ...base, personFixedAtMs: 60_000 })).toMatchObject({ banner: "person_old", personOld: true, distanceOld: true });
    expect(sightOf({ ...base, ownFixedAtMs: 10_000 })).toMatchObject({ banner: "own_old", personOld: false, distanceOld: true });
    expect(sightOf({ ...base, hasDistance: false, ownFixedAtMs: null }).banner).toBe("own_unknown");
    expect(sightOf({ ...base, hasDistance: false, personFixedAtMs: null }).banner).toBe("no_place");
  });

  it("takes a minute where the server named no limit", () => {
    expect(sightOf({ ...base, personStaleAfterS: 0, personFixedAtMs: 50_000 }).personOld).toBe(false);
    expect(sightOf({ ...base, personStaleAfterS: 0, personFixedAtMs: 39_000 }).personOld).toBe(true);
  });

  it("shrinks with time: the ring grows, and has an end", () => {
    expect(ringM(35, 0)).toBe(35);
    expect(ringM(35, 10_000)).toBe(175);
    expect(ringM(35, 86_400_000)).toBe(20_000);
  });

  it("is called lost after three seconds", () => {
    expect(isLost({ state: "lost", sinceMs: 1000 }, 3999)).toBe(false);
    expect(isLost({ state: "lost", sinceMs: 1000 }, 4000)).toBe(true);
    expect(isLost({ state: "live", sinceMs: 1000 }, 99_000)).toBe(false);
  });
});

describe("a trail", () => {
  it("is the server's track and what came after it, thinned, a quarter of an hour long", () => {
    const book = new TrailBook();
    for (let s = 0; s <= 1200; s += 1) book.add("w", { lng: s, lat: 0, atMs: s * 1000 });
    const points = book.of("w", [{ lng: -1, lat: 0, atMs: 600_000 }]);
    expect(points[0]).toEqual({ lng: -1, lat: 0, atMs: 600_000 });
    expect(points.at(-1)?.atMs).toBe(1_200_000);
    expect(points.every((point, n) => n === 0 || point.atMs - (points[n - 1]?.atMs ?? 0) >= 3000)).toBe(true);
    expect(book.of("w", undefined)[0]?.atMs).toBe(300_000);
  });

  it("is gone with the right", () => {
    const book = new TrailBook();
    book.add("w", { lng: 1, lat: 1, atMs: 1 });
    book.keepOnly(new Set(["other"]));
    expect(book.of("w", undefined)).toEqual([]);
  });
});
