// The order of the queue, its folding and its floods.
import { describe, expect, it } from "vitest";
import type { Alert } from "../kit/api";
import type { AlertEntry } from "../kit/picture-store";
import {
  compare,
  count,
  deedState,
  inTab,
  isFlood,
  keepOrder,
  makeRows,
  neighbour,
  raisedLately,
  type Row,
} from "./queue-model";

const T0 = 1_700_000_000_000;

function alert(id: string, code: number, more: Partial<Alert> = {}): Alert {
  return {
    id,
    code,
    kind: "ALERT_KIND_LOW_BATTERY",
    handling: "ALERT_HANDLING_NEW",
    state: "ALERT_STATE_ACTIVE",
    opened_at_us: String(T0 * 1000),
    ...more,
  } as Alert;
}
const at = (seconds: number) => String((T0 + seconds * 1000) * 1000);
const entries = (...alerts: Alert[]): AlertEntry[] => alerts.map((one) => ({ alert: one, ledger: {} }));
const wish = { tab: "all" as const, me: "me", flood: false, opened: new Set<string>(), selected: null };
const keys = (rows: readonly Row[]) => rows.map((row) => row.key);

describe("the queue", () => {
  it("puts a critical alert that nobody took above everything, then goes by severity", () => {
    const list = [
      alert("notice", 3),
      alert("taken", 0, { handling: "ALERT_HANDLING_ACKNOWLEDGED" }),
      alert("alert", 1),
      alert("ringing", 0),
      alert("resolved", 0, { handling: "ALERT_HANDLING_RESOLVED" }),
    ];
    expect(list.sort(compare).map((one) => one.id)).toEqual([
      "ringing",
      "taken",
      "alert",
      "notice",
      "resolved",
    ]);
  });

  it("puts the one that has waited longest first among equals", () => {
    const list = [alert("b", 1, { opened_at_us: at(60) }), alert("a", 1, { opened_at_us: at(5) })];
    expect(list.sort(compare).map((one) => one.id)).toEqual(["a", "b"]);
  });

  it("keeps a cleared alert that nobody has seen to, and drops one that is resolved and cleared", () => {
    const cleared = alert("cleared", 1, { state: "ALERT_STATE_CLEARED" });
    const over = alert("over", 1, { state: "ALERT_STATE_CLEARED", handling: "ALERT_HANDLING_RESOLVED" });
    expect(keys(makeRows(entries(cleared, over), wish))).toEqual(["cleared"]);
  });

  it("shows shelved alerts in their own tab only", () => {
    const shelved = alert("s", 2, { handling: "ALERT_HANDLING_SHELVED" });
    expect(inTab(shelved, "all", "me")).toBe(false);
    expect(inTab(shelved, "shelved", "me")).toBe(true);
  });

  it("counts as mine what I took and have not shelved", () => {
    const mine = alert("m", 1, { handling: "ALERT_HANDLING_IN_PROGRESS", handled_by: "me" });
    const other = alert("o", 1, { handling: "ALERT_HANDLING_IN_PROGRESS", handled_by: "you" });
    expect(count(entries(mine, other, alert("n", 0)), "me")).toEqual({
      all: 3,
      mine: 1,
      new: 1,
      shelved: 0,
      critical: 1,
    });
  });

  it("puts three notices of one kind into one row and unfolds them when asked", () => {
    const three = entries(alert("a", 3), alert("b", 3), alert("c", 3), alert("d", 2));
    const folded = makeRows(three, wish);
    expect(folded.map((row) => row.type)).toEqual(["alert", "group"]);
    const group = folded[1];
    expect(group?.type === "group" && group.count).toBe(3);
    expect(keys(makeRows(three, { ...wish, opened: new Set([group?.key ?? ""]) }))).toHaveLength(5);
  });

  it("never folds away the alert that is open", () => {
    const rows = makeRows(entries(alert("a", 3), alert("b", 3), alert("c", 3)), { ...wish, selected: "b" });
    expect(keys(rows)).toContain("b");
  });

  it("folds cautions only in a flood, and critical alerts never", () => {
    const list = entries(
      alert("a", 2),
      alert("b", 2),
      alert("x", 0),
      alert("y", 0),
      alert("z", 0),
      alert("p", 1),
      alert("q", 1),
    );
    expect(makeRows(list, wish)).toHaveLength(7);
    const flooded = makeRows(list, { ...wish, flood: true });
    expect(flooded.filter((row) => row.type === "group")).toHaveLength(1);
    expect(keys(flooded)).toEqual(expect.arrayContaining(["x", "y", "z", "p", "q"]));
  });

  it("keeps every row in its place under a hand, adds new ones below and lets gone ones go", () => {
    const shown = makeRows(entries(alert("a", 1), alert("b", 2), alert("c", 2)), wish);
    const fresh = makeRows(entries(alert("new", 0), alert("a", 1), alert("c", 2)), wish);
    expect(keys(fresh)[0]).toBe("new");
    expect(keys(keepOrder(shown, fresh))).toEqual(["a", "c", "new"]);
  });

  it("walks over alerts, not over folded groups, and stops at the ends", () => {
    const rows = makeRows(
      entries(alert("a", 0), alert("b", 1), alert("x", 3), alert("y", 3), alert("z", 3)),
      wish,
    );
    expect(neighbour(rows, null, 1)).toBe("a");
    expect(neighbour(rows, "a", 1)).toBe("b");
    expect(neighbour(rows, "b", 1)).toBe("b");
    expect(neighbour(rows, "a", -1)).toBe("a");
  });
});

describe("an alarm flood", () => {
  it("counts what was raised in the last ten minutes", () => {
    const list = entries(
      alert("old", 3, { opened_at_us: at(0) }),
      alert("new", 3, { opened_at_us: at(500) }),
    );
    expect(raisedLately(list, T0 + 700_000)).toBe(1);
  });

  it("begins at ten and ends under five", () => {
    expect(isFlood(false, 9)).toBe(false);
    expect(isFlood(false, 10)).toBe(true);
    expect(isFlood(true, 5)).toBe(true);
    expect(isFlood(true, 4)).toBe(false);
  });
});

describe("what may be done", () => {
  const why = (one: Alert, deed: Parameters<typeof deedState>[1]) => {
    const state = deedState(one, deed, "me");
    return state.can ? "can" : state.why;
  };

  it("goes from acknowledging over acting and resolving to closing", () => {
    expect(why(alert("a", 1), "acknowledge")).toBe("can");
    expect(why(alert("a", 1), "act")).toBe("acknowledge_first");
    expect(why(alert("a", 1, { handling: "ALERT_HANDLING_ACKNOWLEDGED" }), "act")).toBe("can");
    expect(why(alert("a", 1, { handling: "ALERT_HANDLING_IN_PROGRESS" }), "resolve")).toBe("can");
  });

  it("never shelves codes 0 and 1", () => {
    for (const code of [0, 1])
      expect(why(alert("a", code, { handling: "ALERT_HANDLING_ACKNOWLEDGED" }), "shelve")).toBe("too_severe");
    expect(why(alert("a", 2, { handling: "ALERT_HANDLING_ACKNOWLEDGED" }), "shelve")).toBe("can");
  });

  it("lets somebody else close what one person resolved", () => {
    expect(why(alert("a", 0, { handling: "ALERT_HANDLING_RESOLVED", handled_by: "me" }), "close")).toBe(
      "second_person",
    );
    expect(why(alert("a", 0, { handling: "ALERT_HANDLING_RESOLVED", handled_by: "you" }), "close")).toBe(
      "can",
    );
  });
});
