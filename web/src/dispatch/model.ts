// What the desk shows, worked out of the picture: the order of calls, their stages, the alarms still in force, the units.
// Pure: no clock, no page.
import type { Alarm, Alert, Assignment, Call, Destination, HandOff, Incident, Proposal, TimelineStep, UnitLive } from "./types";

export const us = (value: string | number | undefined): number => Number(value ?? 0);
export const bare = (value: string | undefined, prefix: string): string =>
  (value ?? "").startsWith(prefix) ? (value ?? "").slice(prefix.length) : (value ?? "");

export const isClosed = (call: Call): boolean => call.state === "CALL_STATE_CLOSED";

// Open before closed; open ones by code, gravest first, then the one that waits longest; closed ones newest first.
export function byUrgency(a: Call, b: Call): number {
  if (isClosed(a) !== isClosed(b)) return isClosed(a) ? 1 : -1;
  if (isClosed(a)) return us(b.closed_at_us) - us(a.closed_at_us) || (a.id ?? "").localeCompare(b.id ?? "");
  return (a.code ?? 0) - (b.code ?? 0) || us(a.opened_at_us) - us(b.opened_at_us) || (a.id ?? "").localeCompare(b.id ?? "");
}

const STATUS_ORDER = [
  "UNIT_STATUS_AVAILABLE", "UNIT_STATUS_ASSIGNED", "UNIT_STATUS_ACKNOWLEDGED", "UNIT_STATUS_EN_ROUTE", "UNIT_STATUS_ON_SCENE",
  "UNIT_STATUS_TRANSPORTING", "UNIT_STATUS_CLEARED", "UNIT_STATUS_OUT_OF_SERVICE",
];
export const statusRank = (status: string | undefined): number => Math.max(0, STATUS_ORDER.indexOf(status ?? ""));

export const isActive = (one: Assignment): boolean => {
  const rank = statusRank(one.status);
  return rank >= 1 && rank <= 5;
};

// What an assigned unit may say next; a status never goes back.
export function nextStatuses(one: Assignment): string[] {
  if (!isActive(one)) return [];
  const rank = statusRank(one.status);
  return STATUS_ORDER.slice(rank + 1, 7);
}
// Keys 1..4 of "set the status": the numbers people know.
export const STATUS_KEYS = ["UNIT_STATUS_EN_ROUTE", "UNIT_STATUS_ON_SCENE", "UNIT_STATUS_CLEARED", "UNIT_STATUS_ACKNOWLEDGED"] as const;

// ---- stages

export type StageName = "accepted" | "dispatched" | "en_route" | "on_scene";
export const STAGES: readonly StageName[] = ["accepted", "dispatched", "en_route", "on_scene"];
export interface Stage {
  name: StageName;
  reached: boolean;
  atMs: number; // 0: reached, but nobody told when
}

// The stages of a call, or of one unit in it. Times are the server's; `steps` of an alert's timeline fill in those that the
// call itself does not hold.
export function stagesOf(call: Call, steps: readonly TimelineStep[] = [], unitId?: string): Stage[] {
  const mine = (call.assignments ?? []).filter((one) => unitId === undefined || one.unit_id === unitId);
  const first = (values: number[]): number => {
    const known = values.filter((value) => value > 0);
    return known.length > 0 ? Math.min(...known) / 1000 : 0;
  };
  const told = (what: string): number[] =>
    steps.filter((step) => step.what === what && (unitId === undefined || step.who === unitId)).map((step) => us(step.at_us));
  const best = Math.max(0, ...mine.map((one) => statusRank(one.status)));
  const highest = best === 6 && mine.some((one) => us(one.arrived_at_us) > 0) ? 4 : best === 6 ? 3 : best;
  return [
    { name: "accepted", reached: true, atMs: us(call.opened_at_us) / 1000 },
    { name: "dispatched", reached: mine.length > 0, atMs: first(mine.map((one) => us(one.assigned_at_us))) },
    { name: "en_route", reached: highest >= 3, atMs: highest >= 3 ? first(told("en_route")) : 0 },
    { name: "on_scene", reached: highest >= 4, atMs: first(mine.map((one) => us(one.arrived_at_us))) },
  ];
}

// Since when the newest stage holds, for its running clock.
export function currentStage(stages: readonly Stage[]): Stage {
  const reached = stages.filter((stage) => stage.reached);
  return reached[reached.length - 1] ?? { name: "accepted", reached: true, atMs: 0 };
}

// ---- the two destinations

export interface Errand {
  target: "TARGET_WEARER" | "TARGET_PROTECTED_PERSON";
  personId: string;
  destination: Destination | null;
  assigned: Assignment[]; // those on it now, then those that have cleared
  proposed: Proposal[]; // in the server's order
}

export function errandsOf(call: Call): Errand[] {
  const out: Errand[] = [];
  const add = (target: Errand["target"], personId: string | undefined, destination: Destination | null): void => {
    if (!personId || out.some((one) => one.target === target && one.personId === personId)) return;
    out.push({ target, personId, destination, assigned: [], proposed: [] });
  };
  for (const to of call.destinations ?? []) {
    if (to.target === "TARGET_WEARER" || to.target === "TARGET_PROTECTED_PERSON") add(to.target, to.person_id, to);
  }
  add("TARGET_WEARER", call.wearer_id, null);
  add("TARGET_PROTECTED_PERSON", call.protected_id, null);
  out.sort((a, b) => (a.target === b.target ? 0 : a.target === "TARGET_WEARER" ? -1 : 1));
  const home = (target: string | undefined, personId: string | undefined): Errand | undefined =>
    out.find((one) => one.target === target && one.personId === personId) ?? out.find((one) => one.target === target);
  for (const one of call.assignments ?? []) home(one.target, one.person_id)?.assigned.push(one);
  for (const one of call.proposals ?? []) home(one.target, one.person_id)?.proposed.push(one);
  for (const one of out) one.assigned.sort((a, b) => Number(isActive(b)) - Number(isActive(a)));
  return out;
}

export const isUncovered = (call: Call, one: Errand): boolean => !isClosed(call) && !one.assigned.some(isActive);
export const distanceKnown = (one: Proposal): boolean => us(one.distance_mm) > 0 || (one.eta_s ?? 0) > 0;

// ---- alarms about the work

export type Standing = Alarm & { call: Call | null };

// An alarm stays until what it is about is gone; nobody can put it away.
export function standsStill(alarm: Alarm, call: Call | undefined, handOff: HandOff | undefined, alert: Alert | undefined): boolean {
  if (call && isClosed(call)) return false;
  const active = (call?.assignments ?? []).filter(isActive);
  switch (alarm.kind) {
    case "ALARM_KIND_DROPPED_DISPATCH":
      return call ? active.length === 0 : handOff ? handOff.overdue === true : false;
    case "ALARM_KIND_NO_UNIT":
      return call?.unit_missing === true;
    case "ALARM_KIND_ETA_BREACH":
      return active.some((one) => us(one.arrived_at_us) === 0);
    case "ALARM_KIND_NOT_ACKNOWLEDGED":
      return alert ? alert.handling === "ALERT_HANDLING_NEW" && alert.state !== "ALERT_STATE_CLEARED" : call !== undefined;
    case "ALARM_KIND_NO_ANSWER":
      return handOff?.state === "HAND_OFF_STATE_SENT";
    case "ALARM_KIND_REJECTED":
      return handOff?.state === "HAND_OFF_STATE_REJECTED";
    default:
      return call !== undefined;
  }
}

interface Held {
  alarms: readonly Alarm[];
  calls: ReadonlyMap<string, Call>;
  handOffs: ReadonlyMap<string, HandOff>;
  alerts: ReadonlyMap<string, { alert: Alert }>;
}

// Those in force, each matter once (a higher level replaces a lower one), the gravest call first.
export function standing(held: Held): Standing[] {
  const out = new Map<string, Standing>();
  const open = [...held.calls.values()].filter((call) => !isClosed(call));
  for (const alarm of held.alarms) {
    const call = held.calls.get(alarm.call_id ?? "") ?? open.find((one) => one.incident_id === alarm.incident_id);
    if (!standsStill(alarm, call, held.handOffs.get(alarm.hand_off_id ?? ""), held.alerts.get(alarm.alert_id ?? "")?.alert)) continue;
    const key = `${alarm.kind}/${call?.id ?? alarm.incident_id}/${alarm.kind === "ALARM_KIND_NOT_ACKNOWLEDGED" ? alarm.alert_id : ""}`;
    const before = out.get(key);
    if (before && (before.level ?? 0) > (alarm.level ?? 0)) continue;
    const since = before && us(before.raised_at_us) < us(alarm.raised_at_us) ? before.raised_at_us : alarm.raised_at_us;
    out.set(key, { ...alarm, raised_at_us: since, call: call ?? null });
  }
  // A destination without a unit is an alarm whether or not somebody said so while this screen was away.
  for (const call of open) {
    const key = `ALARM_KIND_NO_UNIT/${call.id}/`;
    if (call.unit_missing && !out.has(key)) {
      out.set(key, { id: key, kind: "ALARM_KIND_NO_UNIT", call_id: call.id, incident_id: call.incident_id, raised_at_us: call.opened_at_us, call });
    }
  }
  return [...out.values()].sort(
    (a, b) => (a.call?.code ?? 9) - (b.call?.code ?? 9) || us(a.raised_at_us) - us(b.raised_at_us) || (a.id ?? "").localeCompare(b.id ?? ""),
  );
}

// ---- told for information: incidents whose call another agency runs

export interface Told {
  incidentId: string;
  alerts: Alert[];
  code: number;
  openedAtMs: number;
  handOff: HandOff | null;
}

export function toldOnly(
  incidents: ReadonlyMap<string, Incident>, alerts: Iterable<{ alert: Alert }>, calls: Iterable<Call>, handOffs: Iterable<HandOff>,
): Told[] {
  const ours = new Set([...calls].map((call) => call.incident_id));
  const offers = [...handOffs];
  const out = new Map<string, Told>();
  for (const { alert } of alerts) {
    const id = alert.incident_id ?? "";
    if (!id || ours.has(id)) continue;
    const incident = incidents.get(id);
    if (incident && us(incident.closed_at_us) > 0) continue;
    if (alert.handling === "ALERT_HANDLING_CLOSED") continue;
    const held = out.get(id) ?? { incidentId: id, alerts: [], code: 9, openedAtMs: Infinity, handOff: offers.find((one) => one.incident_id === id) ?? null };
    held.alerts.push(alert);
    held.code = Math.min(held.code, alert.code ?? 0);
    held.openedAtMs = Math.min(held.openedAtMs, us(alert.opened_at_us) / 1000);
    out.set(id, held);
  }
  return [...out.values()].sort((a, b) => a.code - b.code || a.openedAtMs - b.openedAtMs);
}

// ---- units

export type UnitFilter = "all" | "available" | "busy" | "off";
export const UNIT_FILTERS: readonly UnitFilter[] = ["all", "available", "busy", "off"];

export function groupOf(unit: UnitLive): UnitFilter {
  const rank = statusRank(unit.status);
  if (rank === 7) return "off";
  return unit.call_id && rank >= 1 && rank <= 5 ? "busy" : "available";
}

const GROUP_ORDER: UnitFilter[] = ["busy", "available", "off"];
export function unitsOf(units: Iterable<UnitLive>, filter: UnitFilter, text: string): UnitLive[] {
  const wanted = text.trim().toLowerCase();
  const name = (one: UnitLive): string => one.unit?.call_sign || one.unit?.id || "";
  return [...units]
    .filter((one) => one.unit?.removed !== true)
    .filter((one) => filter === "all" || groupOf(one) === filter)
    .filter((one) => !wanted || name(one).toLowerCase().includes(wanted) || (one.unit?.id ?? "").toLowerCase().includes(wanted))
    .sort((a, b) => GROUP_ORDER.indexOf(groupOf(a)) - GROUP_ORDER.indexOf(groupOf(b)) || name(a).localeCompare(name(b), "ko", { numeric: true }));
}

// The one whose name is, ends with or holds `text`, best fit first; null when none or several fit equally.
export function findOne<T>(all: Iterable<T>, names: (one: T) => string[], text: string): T | null {
  const wanted = text.toLowerCase();
  const list = [...all];
  for (const fits of [(n: string) => n === wanted, (n: string) => n.endsWith(wanted), (n: string) => n.includes(wanted)]) {
    const found = list.filter((one) => names(one).some((name) => name !== "" && fits(name.toLowerCase())));
    if (found.length === 1) return found[0] ?? null;
    if (found.length > 1) return null;
  }
  return null;
}

// ---- the command line: "d <unit>... <call> [v]" sends, "st <unit> <n>" sets, anything else opens a call

export type Typed =
  | { what: "nothing" }
  | { what: "dispatch"; units: string[]; call: string; target: Errand["target"] | null }
  | { what: "status"; unit: string; status: string }
  | { what: "open"; text: string }
  | { what: "wrong" };

// The letters that the keys of d, w, v, s and t give in Hangul mode.
const SAME_KEY: Record<number, string> = { 0x3147: "d", 0x3148: "w", 0x314d: "v", 0x3134: "s", 0x3145: "t" };
const keys = (word: string): string => [...word.toLowerCase()].map((letter) => SAME_KEY[letter.codePointAt(0) ?? 0] ?? letter).join("");

export function read(line: string): Typed {
  const words = line.trim().split(/\s+/).filter(Boolean);
  const verb = keys(words[0] ?? "");
  if (words.length === 0) return { what: "nothing" };
  if (verb === "d") {
    const rest = words.slice(1);
    const last = keys(rest[rest.length - 1] ?? "");
    const target = last === "w" ? "TARGET_WEARER" : last === "v" ? "TARGET_PROTECTED_PERSON" : null;
    if (target) rest.pop();
    const call = rest.pop();
    return call && rest.length > 0 ? { what: "dispatch", units: rest, call, target } : { what: "wrong" };
  }
  if (verb === "st") {
    const status = STATUS_KEYS[Number(words[2]) - 1];
    return words.length === 3 && words[1] && status ? { what: "status", unit: words[1], status } : { what: "wrong" };
  }
  return { what: "open", text: line.trim() };
}

// To whom a unit is sent when nobody says: to her if she has none, else to him if he has none, else to him.
export function targetFor(call: Call): Errand["target"] | null {
  const errands = errandsOf(call);
  const bareOne = errands.find((one) => one.target === "TARGET_PROTECTED_PERSON" && isUncovered(call, one)) ?? errands.find((one) => isUncovered(call, one));
  return (bareOne ?? errands[0])?.target ?? null;
}

// Distance of the two persons as last said by the server, of the call or of its alerts, whichever is newer.
export function newestProximity(call: Call | undefined, alerts: readonly Alert[]): Call["proximity"] | null {
  let best: Call["proximity"] | null = null;
  for (const one of [call?.proximity, ...alerts.map((alert) => alert.proximity)]) {
    if (one && us(one.at_us) > us(best?.at_us)) best = one;
  }
  return best ?? null;
}

// The ordered distance an alert is about: both numbers are the server's, of one instant.
export function orderedDistanceM(alert: Alert): number | null {
  if (!alert.proximity || alert.margin_mm === undefined) return null;
  const mm = us(alert.proximity.distance_mm) - us(alert.margin_mm);
  return mm > 0 ? Math.round(mm / 1000) : null;
}
