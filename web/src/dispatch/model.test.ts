// The desk's picture: order, stages, errands, alarms that stay, and the command line.
import { describe, expect, it } from "vitest";
import { byUrgency, errandsOf, findOne, newestProximity, nextStatuses, orderedDistanceM, read, stagesOf, standing, targetFor, toldOnly, unitsOf } from "./model";
import type { Alarm, Alert, Call, UnitLive } from "./types";

const call = (id: string, more: Partial<Call> = {}): Call =>
  ({ id, code: 0, state: "CALL_STATE_OPEN", opened_at_us: "1000000", wearer_id: "w", protected_id: "p", ...more }) as Call;

describe("the order of calls", () => {
  it("is by code, then the one that waits longest; closed ones come last, newest first", () => {
    const calls = [
      call("closed-old", { state: "CALL_STATE_CLOSED", closed_at_us: "5" }),
      call("code1", { code: 1, opened_at_us: "1" }),
      call("late", { opened_at_us: "9" }),
      call("closed-new", { state: "CALL_STATE_CLOSED", closed_at_us: "8" }),
      call("early", { opened_at_us: "2" }),
    ];
    expect(calls.sort(byUrgency).map((one) => one.id)).toEqual(["early", "late", "code1", "closed-new", "closed-old"]);
  });
});

describe("the stages of a call", () => {
  const going = call("c", {
    assignments: [
      { unit_id: "a", target: "TARGET_WEARER", status: "UNIT_STATUS_ON_SCENE", assigned_at_us: "3000000", arrived_at_us: "9000000" },
      { unit_id: "b", target: "TARGET_PROTECTED_PERSON", status: "UNIT_STATUS_EN_ROUTE", assigned_at_us: "2000000" },
    ],
  } as Partial<Call>);

  it("begin with the acceptance and hold the first unit's times", () => {
    const stages = stagesOf(going, [{ what: "en_route", who: "b", at_us: "4000000" }]);
    expect(stages.map(({ name, reached, atMs }) => [name, reached, atMs])).toEqual([
      ["accepted", true, 1000], ["dispatched", true, 2000], ["en_route", true, 4000], ["on_scene", true, 9000],
    ]);
  });

  it("are of one unit alone when asked so, and say when nobody told the time", () => {
    const stages = stagesOf(going, [{ what: "en_route", who: "a", at_us: "4000000" }], "b");
    expect(stages.map(({ reached, atMs }) => [reached, atMs])).toEqual([[true, 1000], [true, 2000], [true, 0], [false, 0]]);
  });

  it("do not claim an arrival for a unit that cleared on the way", () => {
    const left = call("c", { assignments: [{ unit_id: "a", status: "UNIT_STATUS_CLEARED", assigned_at_us: "2" }] } as Partial<Call>);
    expect(stagesOf(left)[3]?.reached).toBe(false);
  });
});

describe("the errands of a call", () => {
  it("are two, to him and to her, even before a place is known", () => {
    expect(errandsOf(call("c")).map((one) => [one.target, one.personId])).toEqual([["TARGET_WEARER", "w"], ["TARGET_PROTECTED_PERSON", "p"]]);
    expect(errandsOf(call("c", { wearer_id: "" })).map((one) => one.personId)).toEqual(["p"]);
  });

  it("send the next unit to her when she has none, else to him", () => {
    expect(targetFor(call("c"))).toBe("TARGET_PROTECTED_PERSON");
    const hers = { unit_id: "a", target: "TARGET_PROTECTED_PERSON", person_id: "p", status: "UNIT_STATUS_ASSIGNED" };
    expect(targetFor(call("c", { assignments: [hers] } as Partial<Call>))).toBe("TARGET_WEARER");
  });

  it("offer a unit only what lies ahead of it", () => {
    expect(nextStatuses({ status: "UNIT_STATUS_EN_ROUTE" })).toEqual(["UNIT_STATUS_ON_SCENE", "UNIT_STATUS_TRANSPORTING", "UNIT_STATUS_CLEARED"]);
    expect(nextStatuses({ status: "UNIT_STATUS_CLEARED" })).toEqual([]);
  });
});

describe("alarms about the work", () => {
  const alarm = (kind: string, more: Partial<Alarm> = {}): Alarm => ({ id: kind, kind, call_id: "c", level: 1, raised_at_us: "5", ...more }) as Alarm;
  const held = (one: Call, alarms: Alarm[]) => ({ alarms, calls: new Map([[one.id ?? "", one]]), handOffs: new Map(), alerts: new Map() });
  const assigned = [{ unit_id: "a", target: "TARGET_WEARER", status: "UNIT_STATUS_ASSIGNED" }];

  it("stay while what they are about is so, and go when it is not", () => {
    const dropped = [alarm("ALARM_KIND_DROPPED_DISPATCH")];
    expect(standing(held(call("c"), dropped))).toHaveLength(1);
    expect(standing(held(call("c", { assignments: assigned } as Partial<Call>), dropped))).toHaveLength(0);
    const breach = [alarm("ALARM_KIND_ETA_BREACH")];
    expect(standing(held(call("c", { assignments: assigned } as Partial<Call>), breach))).toHaveLength(1);
    expect(standing(held(call("c", { assignments: [{ ...assigned[0], arrived_at_us: "7" }] } as Partial<Call>), breach))).toHaveLength(0);
    expect(standing(held(call("c", { state: "CALL_STATE_CLOSED", unit_missing: true }), dropped))).toHaveLength(0);
  });

  it("tell of a missing unit even if the alarm itself was never heard", () => {
    expect(standing(held(call("c", { unit_missing: true }), [])).map((one) => one.kind)).toEqual(["ALARM_KIND_NO_UNIT"]);
  });

  it("are one row per matter, of the highest level, since the first", () => {
    const rows = standing(held(call("c"), [alarm("ALARM_KIND_DROPPED_DISPATCH"), alarm("ALARM_KIND_DROPPED_DISPATCH", { id: "2", level: 2, raised_at_us: "9" })]));
    expect(rows.map((one) => [one.level, one.raised_at_us])).toEqual([[2, "5"]]);
  });
});

describe("incidents told for information", () => {
  it("are those without a call of ours, while open", () => {
    const alert = (id: string, incident: string): { alert: Alert } => ({ alert: { id, incident_id: incident, code: 1, opened_at_us: "5" } as Alert });
    const incidents = new Map([["gone", { id: "gone", closed_at_us: "9" }]]);
    const told = toldOnly(incidents, [alert("1", "ours"), alert("2", "theirs"), alert("3", "gone")], [call("c", { incident_id: "ours" })], []);
    expect(told.map((one) => one.incidentId)).toEqual(["theirs"]);
  });
});

describe("the board of units", () => {
  const unit = (id: string, callSign: string, status: string, callId = ""): UnitLive =>
    ({ unit: { id, call_sign: callSign }, status, call_id: callId }) as UnitLive;
  const all = [unit("u10", "10", "UNIT_STATUS_AVAILABLE"), unit("u9", "9", "UNIT_STATUS_AVAILABLE"), unit("u3", "3", "UNIT_STATUS_EN_ROUTE", "c"), unit("u1", "1", "UNIT_STATUS_OUT_OF_SERVICE")];

  it("lists busy ones first, then by number as people count", () => {
    expect(unitsOf(all, "all", "").map((one) => one.unit?.id)).toEqual(["u3", "u9", "u10", "u1"]);
    expect(unitsOf(all, "available", "10").map((one) => one.unit?.id)).toEqual(["u10"]);
  });

  it("finds one by the best fit and none when several fit alike", () => {
    const names = (one: UnitLive) => [one.unit?.id ?? "", one.unit?.call_sign ?? ""];
    expect(findOne(all, names, "3")?.unit?.id).toBe("u3");
    expect(findOne(all, names, "u")).toBeNull();
  });
});

describe("the command line", () => {
  it("sends units, sets a status, opens a call", () => {
    expect(read("d 21 24 418")).toEqual({ what: "dispatch", units: ["21", "24"], call: "418", target: null });
    expect(read("D 21 418 v")).toEqual({ what: "dispatch", units: ["21"], call: "418", target: "TARGET_PROTECTED_PERSON" });
    expect(read("st 21 2")).toEqual({ what: "status", unit: "21", status: "UNIT_STATUS_ON_SCENE" });
    expect(read("418")).toEqual({ what: "open", text: "418" });
  });

  it("understands the same keys in Hangul mode and refuses half a command", () => {
    expect(read("\u3147 21 418")).toMatchObject({ what: "dispatch" });
    expect(read("d 21")).toEqual({ what: "wrong" });
    expect(read("st 21 9")).toEqual({ what: "wrong" });
    expect(read("  ")).toEqual({ what: "nothing" });
  });
});

describe("numbers of the server", () => {
  it("the newest distance of the two is shown, and the ordered distance is the alert's own", () => {
    const alert = { proximity: { distance_mm: "1200000", at_us: "9" }, margin_mm: "200000" } as Alert;
    expect(newestProximity(call("c", { proximity: { distance_mm: "5", at_us: "3" } }), [alert])?.distance_mm).toBe("1200000");
    expect(orderedDistanceM(alert)).toBe(1000);
    expect(orderedDistanceM({} as Alert)).toBeNull();
  });
});
