// The picture: what is remembered, what is forgotten, and that nothing seen twice counts twice.
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { LiveMessage } from "./live";
import { hasEnded, PictureStore } from "./picture-store";
import { FRAME_VERSION, HEADER_BYTES, RECORD_BYTES } from "./track-store";

const as = (message: unknown): LiveMessage => message as LiveMessage;
const hello = (epoch: string) => as({ hello: { epoch, entry: 1, server_time_us: 1, role: "control" } });
const alert = (id: string, more: object = {}) => ({
  id, incident_id: "i-1", kind: "ALERT_KIND_KEEP_AWAY", state: "ALERT_STATE_ACTIVE", handling: "ALERT_HANDLING_NEW",
  happened_at_us: "1000", received_at_us: "2000", opened_at_us: "2000", ...more,
});

function frame(index: number): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(HEADER_BYTES + RECORD_BYTES));
  view.setUint8(0, FRAME_VERSION);
  view.setUint32(4, 1, true);
  view.setFloat64(8, 1_790_000_000_000, true);
  view.setUint32(HEADER_BYTES, index, true);
  view.setInt32(HEADER_BYTES + 4, 377_000_000, true);
  view.setInt32(HEADER_BYTES + 8, 1_272_000_000, true);
  return view.buffer;
}

describe("the picture", () => {
  let picture: PictureStore;
  beforeEach(() => {
    picture = new PictureStore();
    picture.fold(hello("e1"));
  });

  it("says when cases changed, or may have while nobody listened", () => {
    picture.fold(as({ snapshot: {} }));
    picture.fold(as({ alert: alert("a-1") }));
    expect(picture.casesVersion).toBe(0);
    picture.fold(as({ cases: {} }));
    expect(picture.casesVersion).toBe(1);
    picture.fold(as({ snapshot: {} }));
    expect(picture.casesVersion).toBe(2);
  });

  it("does not take 'not told yet' for 'nothing there'", () => {
    expect(picture.loaded).toBe(false);
    picture.fold(as({ entry: 5, cursor: "5.0", snapshot: {} }));
    expect(picture.loaded).toBe(true);
    expect(picture.alerts.size).toBe(0);
  });

  it("begins from a snapshot and goes on with changes", () => {
    picture.fold(as({ snapshot: { alerts: [{ alert: alert("a"), ledger: { durable_at_us: "3000" } }], calls: [{ id: "c-1" }],
      units: [{ unit: { id: "u-1", call_sign: "12" } }], views: [{ id: "v-1" }], alarms: [{ id: "x" }] } }));
    picture.fold(as({ entry: 9, alert: alert("a", { handling: "ALERT_HANDLING_ACKNOWLEDGED" }) }));
    expect(picture.alerts.get("a")?.alert.handling).toBe("ALERT_HANDLING_ACKNOWLEDGED");
    expect(picture.alerts.get("a")?.ledger.durable_at_us).toBe("3000");
    picture.fold(as({ unit: { unit_id: "u-1", status: "UNIT_STATUS_EN_ROUTE", call_id: "c-1" } }));
    expect(picture.units.get("u-1")?.unit?.call_sign).toBe("12");
    expect(picture.units.get("u-1")?.status).toBe("UNIT_STATUS_EN_ROUTE");
    picture.fold(as({ view_closed: { view_id: "v-1" } }));
    expect(picture.views.size).toBe(0);
  });

  it("drops what a new snapshot does not name", () => {
    picture.fold(as({ snapshot: { alerts: [{ alert: alert("a") }], calls: [{ id: "c-1" }] } }));
    picture.fold(as({ snapshot: { calls: [{ id: "c-2" }] } }));
    expect([...picture.alerts.keys()]).toEqual([]);
    expect([...picture.calls.keys()]).toEqual(["c-2"]);
  });

  it("is the same after a message that comes twice", () => {
    const raised = vi.fn();
    picture.onRaised = raised;
    const message = as({ entry: 7, cursor: "7.0", durable_at_us: 3000, judged_at_us: 2500, alert: alert("a") });
    const alarm = as({ entry: 8, cursor: "8.0", alarm: { id: "x", kind: "ALARM_KIND_NO_UNIT" } });
    for (let times = 0; times < 2; times += 1) {
      picture.fold(message);
      picture.fold(alarm);
    }
    expect(picture.alerts.size).toBe(1);
    expect(picture.alarms.length).toBe(1);
    expect(raised).toHaveBeenCalledTimes(1);
    expect(picture.alerts.get("a")?.ledger).toMatchObject({ fixed_at_us: "1000", received_at_us: "2000",
      durable_at_us: "3000", judged_at_us: "2500" });
  });

  it("rings for what is raised now, not for what a snapshot tells", () => {
    const raised = vi.fn();
    picture.onRaised = raised;
    picture.fold(as({ snapshot: { alerts: [{ alert: alert("old") }] } }));
    expect(raised).not.toHaveBeenCalled();
    picture.fold(as({ alert: alert("new") }));
    picture.fold(as({ alert: alert("over", { handling: "ALERT_HANDLING_CLOSED" }) }));
    expect(raised).toHaveBeenCalledTimes(1);
  });

  it("keeps the first time of every hop", () => {
    picture.fold(as({ alert: alert("a") }));
    picture.fold(as({ hop: { alert_id: "a", hop: "HOP_SHOWN_FIELD", at_us: "5000" } }));
    picture.fold(as({ hop: { alert_id: "a", hop: "HOP_SHOWN_FIELD", at_us: "9000" } }));
    picture.fold(as({ hop: { alert_id: "nobody", hop: "HOP_SHOWN_FIELD", at_us: "9000" } }));
    picture.fold(as({ hand_off: { id: "h", incident_id: "i-1", sent_at_us: "3000", received_at_us: "3100", accepted_at_us: "3200" } }));
    picture.fold(as({ hand_off: { id: "k", incident_id: "i-1", informative: true, sent_at_us: "1", assigned_at_us: "4" } }));
    picture.fold(as({ hand_off: { id: "o", incident_id: "other", on_scene_at_us: "4000" } }));
    expect(picture.alerts.get("a")?.ledger).toMatchObject({ shown_field_at_us: "5000", sent_at_us: "3000",
      handed_off_at_us: "3100", accepted_at_us: "3200" });
    expect(picture.alerts.get("a")?.ledger.assigned_at_us).toBeUndefined();
    expect(picture.alerts.get("a")?.ledger.on_scene_at_us).toBeUndefined();
  });

  it("forgets all that it has, places and ended alerts as well, where less may be seen than before", () => {
    picture.fold(as({ alert: { ...alert("over"), state: "ALERT_STATE_CLEARED", handling: "ALERT_HANDLING_RESOLVED" } }));
    picture.fold(as({ holders: [{ index: 3, person_id: "w-1", role: "ROLE_WEARER" }] }));
    picture.frame(frame(3));
    expect(picture.tracks.track("w-1")).not.toBeNull();
    picture.fold(as({ snapshot: { anew: true, alerts: [{ alert: alert("b") }] } }));
    expect([...picture.alerts.keys()]).toEqual(["b"]);
    expect(picture.tracks.track("w-1")).toBeNull();
  });

  it("forgets at once what a right no longer covers", () => {
    const revoked = vi.fn();
    picture.onRevoked = revoked;
    picture.fold(as({ holders: [{ index: 3, person_id: "w-1", role: "ROLE_WEARER" }] }));
    picture.tracks.name([{ index: 3, person_id: "w-1", role: "ROLE_WEARER" }]);
    picture.frame(frame(3));
    picture.fold(as({ call: { id: "c-1" } }));
    picture.fold(as({ track: { person_id: "w-1", points: [{ place: { lat_e7: 1, lng_e7: 1 }, fixed_at_us: "1" }] } }));
    picture.fold(as({ approach: { unit_id: "u", person_id: "w-1", distance_m: 600 } }));
    expect(picture.tracks.track("w-1")).not.toBeNull();
    picture.fold(as({ revoked: { kind: "track", id: "c-1", person_id: "w-1", reason: "cleared" } }));
    expect(picture.tracks.track("w-1")).toBeNull();
    expect(picture.trails.has("w-1")).toBe(false);
    expect(picture.approaches.has("w-1")).toBe(false);
    expect(picture.calls.has("c-1")).toBe(true);
    picture.fold(as({ revoked: { kind: "call", id: "c-1" } }));
    expect(picture.calls.has("c-1")).toBe(false);
    expect(revoked).toHaveBeenCalledTimes(2);
    picture.frame(frame(3)); // a frame that was under way names an index nobody knows any more
  });

  it("learns whose place an index is from the message before the frame", () => {
    picture.fold(as({ holders: [{ index: 9, unit_id: "u-9" }, { index: 3, person_id: "p-1", role: "ROLE_PROTECTED_PERSON" }] }));
    picture.frame(frame(9));
    picture.frame(frame(3));
    expect(picture.tracks.track("u-9")?.kind).toBe("unit");
    expect(picture.tracks.track("p-1")?.kind).toBe("protected");
  });

  it("keeps places over a resumed line, and none of another history", () => {
    picture.fold(as({ holders: [{ index: 3, person_id: "w-1", role: "ROLE_WEARER" }] }));
    picture.frame(frame(3));
    picture.fold(hello("e1"));
    expect(picture.tracks.track("w-1")).not.toBeNull();
    picture.frame(frame(3)); // the new connection has not named index 3 yet
    expect(picture.tracks.count).toBe(1);
    picture.fold(hello("e2"));
    expect(picture.tracks.count).toBe(0);
  });

  it("holds no more than a bounded number of ended alerts, and never drops one that is open", () => {
    for (let n = 0; n < 500; n += 1) picture.fold(as({ alert: alert(`ended-${n}`, { handling: "ALERT_HANDLING_CLOSED" }) }));
    for (let n = 0; n < 500; n += 1) picture.fold(as({ alert: alert(`open-${n}`) }));
    const kept = [...picture.alerts.values()];
    expect(kept.filter((entry) => hasEnded(entry.alert)).length).toBeLessThanOrEqual(300);
    expect(kept.filter((entry) => !hasEnded(entry.alert)).length).toBe(500);
  });

  it("tells its readers once for many messages, and forgets all when the key ended", async () => {
    vi.useFakeTimers();
    try {
      const reader = vi.fn();
      const fresh = new PictureStore();
      fresh.subscribe(reader);
      for (let n = 0; n < 100; n += 1) fresh.fold(as({ alert: alert(`a-${n}`) }));
      await vi.advanceTimersByTimeAsync(100);
      expect(reader).toHaveBeenCalledTimes(1);
      fresh.fold(as({ snapshot: { views: [{ id: "v" }] } }));
      fresh.clear();
      expect(fresh.loaded).toBe(false);
      expect(fresh.views.size + fresh.alerts.size + fresh.calls.size + fresh.units.size).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });
});
