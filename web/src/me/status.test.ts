// What the first screen says in each situation.
import { describe, expect, it } from "vitest";
import type { Alert, View } from "../kit/api";
import { type Kind, minutesToContact, numbered, ownDeviceTroubles, ringsFor, type Situation, statusesOf } from "./status";

const NOW_US = "1795000000000000";

const view = (more: Partial<View> = {}): View => ({
  id: "v-1", alert_id: "a-1", distance_m: 1400, direction_deg: 45, trend: "TREND_STEADY", degraded: false,
  wearer_fixed_at_us: NOW_US, protected_fixed_at_us: NOW_US, time_to_contact_s: 0, ...more,
});
const alert = (kind: string, more: Partial<Alert> = {}): Alert =>
  ({ id: "a-1", kind: `ALERT_KIND_${kind}`, state: "ALERT_STATE_ACTIVE", ...more }) as Alert;
const situation = (more: Partial<Situation> = {}): Situation => ({
  linkLost: false, loaded: true, views: [], alerts: [], ended: null, uncovered: false, ...more,
});
const kinds = (more: Partial<Situation>): Kind[] => statusesOf(situation(more)).map((each) => each.kind);

describe("the banner", () => {
  const table: [string, Partial<Situation>, Kind][] = [
    ["loading before anything is heard", { loaded: false }, "loading"],
    ["quiet without an alert", {}, "quiet"],
    ["approaching", { views: [view({ trend: "TREND_APPROACHING" })] }, "approaching"],
    ["moving away", { views: [view({ trend: "TREND_RECEDING" })] }, "receding"],
    ["near when about the same", { views: [view()] }, "near"],
    ["near when the trend cannot be told", { views: [view({ trend: "TREND_UNKNOWN" })] }, "near"],
    ["unknown when the server calls it degraded, whatever the trend", { views: [view({ degraded: true, trend: "TREND_RECEDING" })] }, "unknown"],
    ["coming while the content waits for its record", { views: [view({ wearer_fixed_at_us: "0" })] }, "coming"],
    ["coming also when the time is left out", { views: [view({ wearer_fixed_at_us: undefined })] }, "coming"],
    ["within the ordered distance, even when moving away", { views: [view({ trend: "TREND_RECEDING" })], alerts: [alert("KEEP_AWAY")] }, "within"],
    ["approaching within the ordered distance", { views: [view({ trend: "TREND_APPROACHING" })], alerts: [alert("KEEP_AWAY")] }, "approaching"],
    ["tampered", { alerts: [alert("STRAP_CUT")] }, "tampered"],
    ["tampered before mere nearness", { views: [view()], alerts: [alert("STRAP_CUT", { id: "a-2" })] }, "tampered"],
    ["approaching before tampered", { views: [view({ trend: "TREND_APPROACHING" })], alerts: [alert("JAMMED", { id: "a-2" })] }, "approaching"],
    ["tampered before a distance that is only the device's", { views: [view({ trend: "TREND_RECEDING" })],
      alerts: [alert("KEEP_AWAY"), alert("STRAP_CUT", { id: "a-2" })] }, "tampered"],
    ["an alert whose order grants no view", { alerts: [alert("NEAR_WARN")] }, "alert_only"],
    ["an alert that the control centre has dealt with", { alerts: [alert("NEAR_WARN", { handling: "ALERT_HANDLING_RESOLVED" })] }, "settled"],
    ["one dealt with and one not", { alerts: [alert("NEAR_WARN", { handling: "ALERT_HANDLING_RESOLVED" }), alert("NEAR_MAP", { id: "a-2" })] }, "alert_only"],
    ["an alert of which nothing is known any more", { alerts: [alert("NEAR_WARN", { state: "ALERT_STATE_UNKNOWN" })] }, "unknown"],
    ["an outage that leaves her uncovered", { uncovered: true }, "uncovered"],
    ["an outage, but he is seen to come nearer", { uncovered: true, views: [view({ trend: "TREND_APPROACHING" })] }, "approaching"],
    ["nobody knows whether he is near by now", { alerts: [alert("UNACCOUNTED_NEAR")] }, "unknown"],
    ["his device tells places that cannot be believed", { alerts: [alert("IMPLAUSIBLE")] }, "tampered"],
    ["approaching under an order that grants no view", { alerts: [alert("APPROACHING")] }, "alert_only"],
    ["his device silent", { alerts: [alert("SILENCE")] }, "unknown"],
    ["near a barred place", { alerts: [alert("EXCLUSION_POLICE")] }, "barred_place"],
    ["the order ended", { ended: { reason: "order_ended", atMs: 1 } }, "ended"],
    ["the order withdrawn", { ended: { reason: "order_withdrawn", atMs: 1 } }, "ended"],
    ["quiet after an alert that cleared", { ended: { reason: "cleared", atMs: 1 } }, "quiet"],
    ["an alert that is over", { alerts: [alert("NEAR_WARN", { state: "ALERT_STATE_CLEARED" })] }, "quiet"],
    ["the line lost, whatever was known before", { linkLost: true, views: [view({ trend: "TREND_APPROACHING" })] }, "link_lost"],
    ["the line lost before anything was heard", { linkLost: true, loaded: false }, "link_lost"],
    ["her own SOS alone", { alerts: [alert("SOS")] }, "quiet"],
  ];
  it.each(table)("says: %s", (_what, given, kind) => {
    expect(kinds(given)[0]).toBe(kind);
  });

  it("is never missing, and is loud wherever something is wrong", () => {
    for (const [, given] of table) {
      const [main] = statusesOf(situation(given));
      expect(main).toBeDefined();
      if (main && ["approaching", "within", "tampered"].includes(main.kind)) expect(main.tone).toBe("danger");
      if (main?.kind === "unknown") expect(main.tone).toBe("unknown");
      if (main?.kind === "link_lost") expect(main.tone).toBe("black");
    }
  });
});

describe("several wearers", () => {
  it("are all told of, the most urgent first, the nearer before the farther", () => {
    const views = [
      view({ id: "v-1", distance_m: 900 }),
      view({ id: "v-2", distance_m: 1800, trend: "TREND_APPROACHING" }),
      view({ id: "v-3", distance_m: 500, degraded: true }),
      view({ id: "v-4", distance_m: 400, trend: "TREND_APPROACHING" }),
    ];
    expect(statusesOf(situation({ views })).map((each) => each.view?.id)).toEqual(["v-4", "v-2", "v-3", "v-1"]);
  });

  it("keep their numbers when one comes nearer", () => {
    const order = (views: View[]) => numbered(views).map(({ view: { id }, number }) => `${number}${id}`);
    expect(order([view({ id: "b" }), view({ id: "a" })])).toEqual(["1a", "2b"]);
    expect(order([view({ id: "a" }), view({ id: "b" })])).toEqual(["1a", "2b"]);
  });

  it("an unknown one is not hidden by one who moves away", () => {
    const views = [view({ id: "v-1", trend: "TREND_RECEDING" }), view({ id: "v-2", degraded: true })];
    expect(kinds({ views })).toEqual(["unknown", "receding"]);
  });
});

describe("time to contact", () => {
  it("is what the server said, in whole minutes, never later than it said", () => {
    expect(minutesToContact(view({ time_to_contact_s: 430 }))).toBe(7);
    expect(minutesToContact(view({ time_to_contact_s: 59 }))).toBe(0);
  });

  it("is not told when the server does not know it, or its places are too old", () => {
    expect(minutesToContact(view({ time_to_contact_s: 0 }))).toBeNull();
    expect(minutesToContact(view({ time_to_contact_s: 430, degraded: true }))).toBeNull();
  });
});

it("her own device's troubles are told while they last", () => {
  expect(ownDeviceTroubles([alert("PROTECTED_SILENCE"), alert("LOW_BATTERY", { state: "ALERT_STATE_CLEARED" })])).toEqual(["PROTECTED_SILENCE"]);
});

it("the rings of the dial hold everybody", () => {
  for (const metres of [0, 40, 200, 201, 650, 1400, 2000, 3900, 9000]) expect(ringsFor([metres, 10]).at(-1)).toBeGreaterThanOrEqual(metres);
  expect(ringsFor([1400])).toEqual([500, 1000, 2000]);
});
