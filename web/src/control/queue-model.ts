// What stands in the alert queue and in which order. Pure: the same alerts at the same time give the same
// list.
import type { Alert, HandOff } from "../kit/api";
import type { Level } from "../kit/chrome";
import type { AlertEntry } from "../kit/picture-store";

export const TABS = ["all", "mine", "new", "shelved"] as const;
export type Tab = (typeof TABS)[number];

export const FLOOD_BEGINS = 10; // alerts in ten minutes that one seat cannot work off
export const FLOOD_ENDS = 5;
export const FLOOD_WINDOW_MS = 600_000;
const GROUP_OF_NOTICES = 3; // this many of one kind become one row
const GROUP_IN_FLOOD = 2;

export interface AlertRow {
  type: "alert";
  key: string;
  alert: Alert;
  level: Level;
}
export interface GroupRow {
  type: "group";
  key: string;
  kind: string;
  level: Level;
  count: number;
  fresh: number; // of them not acknowledged
  openedAtMs: number; // of the oldest
  open: boolean;
}
export type Row = AlertRow | GroupRow;

export const levelOfAlert = (alert: Alert): Level => Math.min(3, Math.max(0, alert.code ?? 0)) as Level;
export const openedMs = (alert: Alert): number => Number(alert.opened_at_us ?? 0) / 1000;
export const isNew = (alert: Alert): boolean =>
  (alert.handling ?? "ALERT_HANDLING_NEW") === "ALERT_HANDLING_NEW";
export const isShelved = (alert: Alert): boolean => alert.handling === "ALERT_HANDLING_SHELVED";

// A critical alert that nobody has taken, whatever became of its condition: it rings and stands on top.
export const rings = (alert: Alert): boolean => levelOfAlert(alert) === 0 && isNew(alert);

// Over for the queue. A cleared alert that nobody has seen to stays; a resolved one waits for the second
// person.
export function isOver(alert: Alert): boolean {
  if (alert.handling === "ALERT_HANDLING_CLOSED") return true;
  return alert.handling === "ALERT_HANDLING_RESOLVED" && alert.state === "ALERT_STATE_CLEARED";
}

export function inTab(alert: Alert, tab: Tab, me: string): boolean {
  if (isOver(alert)) return false;
  if (tab === "shelved") return isShelved(alert);
  if (tab === "new") return isNew(alert);
  if (tab === "mine") return !isShelved(alert) && !isNew(alert) && alert.handled_by === me;
  return !isShelved(alert);
}

// Unacknowledged critical first, then by severity; resolved ones, waiting for the second person, last. Within
// one rank the one that has waited longest comes first, and ids decide between equals.
function rank(alert: Alert): number {
  if (alert.handling === "ALERT_HANDLING_RESOLVED") return 100 + levelOfAlert(alert);
  if (rings(alert)) return -1;
  return levelOfAlert(alert) * 2 + (isNew(alert) ? 0 : 1);
}

export function compare(a: Alert, b: Alert): number {
  return rank(a) - rank(b) || openedMs(a) - openedMs(b) || ((a.id ?? "") < (b.id ?? "") ? -1 : 1);
}

export interface QueueWish {
  tab: Tab;
  me: string;
  flood: boolean;
  opened: ReadonlySet<string>; // keys of groups that were unfolded
  selected: string | null; // never folded away
}

// In a flood cautions and notices of one kind become one row each, otherwise only notices. Critical and alert
// rows are never folded.
export function makeRows(entries: Iterable<AlertEntry>, wish: QueueWish): Row[] {
  const chosen: Alert[] = [];
  for (const { alert } of entries) if (inTab(alert, wish.tab, wish.me)) chosen.push(alert);
  chosen.sort(compare);
  const foldFrom = wish.flood ? 2 : 3;
  const least = wish.flood ? GROUP_IN_FLOOD : GROUP_OF_NOTICES;
  const groups = new Map<string, Alert[]>();
  for (const alert of chosen) {
    if (levelOfAlert(alert) < foldFrom || alert.handling === "ALERT_HANDLING_RESOLVED") continue;
    const key = groupKey(alert);
    const members = groups.get(key);
    if (members) members.push(alert);
    else groups.set(key, [alert]);
  }
  const rows: Row[] = [];
  const done = new Set<string>();
  for (const alert of chosen) {
    const key = groupKey(alert);
    const members = groups.get(key);
    if (!members || members.length < least || alert.handling === "ALERT_HANDLING_RESOLVED") {
      rows.push(alertRow(alert));
      continue;
    }
    if (done.has(key)) continue;
    done.add(key);
    const open = wish.opened.has(key);
    rows.push(groupRow(key, members, open));
    for (const member of members) if (open || member.id === wish.selected) rows.push(alertRow(member));
  }
  return rows;
}

const groupKey = (alert: Alert): string => `group:${levelOfAlert(alert)}:${alert.kind ?? ""}`;
const alertRow = (alert: Alert): AlertRow => ({
  type: "alert",
  key: alert.id ?? "",
  alert,
  level: levelOfAlert(alert),
});

function groupRow(key: string, members: Alert[], open: boolean): GroupRow {
  const first = members[0];
  return {
    type: "group",
    key,
    kind: first?.kind ?? "",
    level: first ? levelOfAlert(first) : 3,
    count: members.length,
    fresh: members.filter(isNew).length,
    openedAtMs: Math.min(...members.map(openedMs)),
    open,
  };
}

// The new list in the order that is on the screen: what is under the cursor stays where it is, what is new
// goes to the end, what is gone leaves. Used while somebody is choosing.
export function keepOrder(shown: readonly Row[], fresh: readonly Row[]): Row[] {
  const byKey = new Map(fresh.map((row) => [row.key, row]));
  const kept: Row[] = [];
  for (const row of shown) {
    const now = byKey.get(row.key);
    if (!now) continue;
    kept.push(now);
    byKey.delete(row.key);
  }
  return [...kept, ...byKey.values()];
}

// How many were raised in the last ten minutes.
export function raisedLately(entries: Iterable<AlertEntry>, nowMs: number): number {
  let n = 0;
  for (const { alert } of entries) {
    const at = openedMs(alert);
    if (at > nowMs - FLOOD_WINDOW_MS && at <= nowMs + 5000) n += 1;
  }
  return n;
}

// A flood begins at ten and ends under five, so that the screen does not change its face at every alert.
export const isFlood = (was: boolean, lately: number): boolean =>
  was ? lately >= FLOOD_ENDS : lately >= FLOOD_BEGINS;

export interface Counts {
  all: number;
  mine: number;
  new: number;
  shelved: number;
  critical: number; // that ring
}

export function count(entries: Iterable<AlertEntry>, me: string): Counts {
  const counts: Counts = { all: 0, mine: 0, new: 0, shelved: 0, critical: 0 };
  for (const { alert } of entries) {
    for (const tab of TABS) if (inTab(alert, tab, me)) counts[tab] += 1;
    if (!isOver(alert) && rings(alert)) counts.critical += 1;
  }
  return counts;
}

// Newest ending among the alerts that are over, for the empty queue; 0 when there was none.
export function lastEndedMs(entries: Iterable<AlertEntry>): number {
  let last = 0;
  for (const { alert } of entries) {
    if (!isOver(alert)) continue;
    last = Math.max(last, Number(alert.cleared_at_us ?? 0) / 1000, openedMs(alert));
  }
  return last;
}

// The neighbour of the selected alert, `step` rows on; without a selection the first or last.
export function neighbour(rows: readonly Row[], selected: string | null, step: 1 | -1): string | null {
  const ids = rows.filter((row) => row.type === "alert").map((row) => row.key);
  if (ids.length === 0) return null;
  const at = selected === null ? -1 : ids.indexOf(selected);
  if (at < 0) return (step > 0 ? ids[0] : ids[ids.length - 1]) ?? null;
  return ids[Math.min(ids.length - 1, Math.max(0, at + step))] ?? null;
}

// What may be done next with an alert, as the server will have it; a wish that came too late is refused
// there.
export type Deed = "acknowledge" | "act" | "shelve" | "resolve" | "close";
export type DeedState = { can: true } | { can: false; why: string };

// Police still on their way because of it: the server settles no alert of such an incident. An agency that
// was told for information only, or that refused, keeps nothing open.
export function keptOpen(handOffs: Iterable<HandOff>, incidentId: string | undefined): boolean {
  for (const one of handOffs) {
    if (one.incident_id !== incidentId) continue;
    const ended = ["CLOSED", "CANCELLED", "REJECTED"].some(
      (state) => one.state === `HAND_OFF_STATE_${state}`,
    );
    const told = (one.informative ?? false) && one.state !== "HAND_OFF_STATE_SENT";
    if (!ended && !told) return true;
  }
  return false;
}

export function deedState(alert: Alert, deed: Deed, me: string, policeOut = false): DeedState {
  const handling = alert.handling ?? "ALERT_HANDLING_NEW";
  const taken = handling === "ALERT_HANDLING_ACKNOWLEDGED" || handling === "ALERT_HANDLING_IN_PROGRESS";
  const no = (why: string): DeedState => ({ can: false, why });
  switch (deed) {
    case "acknowledge":
      return isNew(alert) || handling === "ALERT_HANDLING_SHELVED" ? { can: true } : no("taken");
    case "act":
      return handling === "ALERT_HANDLING_ACKNOWLEDGED"
        ? { can: true }
        : no(isNew(alert) ? "acknowledge_first" : "acted");
    case "shelve":
      if (levelOfAlert(alert) <= 1) return no("too_severe");
      return taken ? { can: true } : no(isNew(alert) ? "acknowledge_first" : "not_now");
    case "resolve":
      if (handling === "ALERT_HANDLING_IN_PROGRESS") return policeOut ? no("police_out") : { can: true };
      return no(handling === "ALERT_HANDLING_RESOLVED" ? "resolved" : "act_first");
    case "close":
      if (handling !== "ALERT_HANDLING_RESOLVED") return no("resolve_first");
      return alert.handled_by === me ? no("second_person") : { can: true };
  }
}
