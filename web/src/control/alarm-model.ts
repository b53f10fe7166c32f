// Which alarms about the work still call for somebody. The server raises them and never takes them back; they
// are over when what they complain of has happened, or the incident has closed. Pure.
import type { Alarm } from "../kit/api";
import type { PictureStore } from "../kit/picture-store";
import { isNew, isOver } from "./queue-model";

type Known = Pick<PictureStore, "alerts" | "incidents" | "handOffs" | "calls">;

const set = (us: string | undefined): boolean => us !== undefined && Number(us) !== 0;

export function stands(alarm: Alarm, known: Known): boolean {
  const alert = known.alerts.get(alarm.alert_id ?? "")?.alert;
  if (alarm.alert_id && (!alert || isOver(alert))) return false;
  const incident = known.incidents.get(alarm.incident_id ?? "");
  if (alarm.incident_id && incident && set(incident.closed_at_us)) return false;
  const handOff = known.handOffs.get(alarm.hand_off_id ?? "");
  if (handOff && (set(handOff.closed_at_us) || handOff.state === "HAND_OFF_STATE_CANCELLED")) return false;
  const call = known.calls.get(alarm.call_id ?? "");
  if (call?.state === "CALL_STATE_CLOSED") return false;
  switch (alarm.kind) {
    case "ALARM_KIND_NOT_ACKNOWLEDGED":
      return alert !== undefined && isNew(alert);
    case "ALARM_KIND_DROPPED_DISPATCH":
      return !set(handOff?.assigned_at_us);
    case "ALARM_KIND_NO_ANSWER":
      return !set(handOff?.received_at_us) && !set(handOff?.accepted_at_us);
    case "ALARM_KIND_REJECTED":
      return handOff === undefined || handOff.state === "HAND_OFF_STATE_REJECTED";
    case "ALARM_KIND_NO_UNIT":
      return call === undefined || (call.unit_missing ?? false);
    case "ALARM_KIND_ETA_BREACH":
      return !set(handOff?.on_scene_at_us);
    case "ALARM_KIND_PROTECTED_UNREACHED":
      return !set(known.alerts.get(alarm.alert_id ?? "")?.ledger?.shown_protected_at_us);
    default:
      return true;
  }
}

// Of the node itself: the newest word of each kind says whether it is so still.
const OF_NODE: ReadonlySet<string> = new Set(["ALARM_KIND_LOG_JOURNALLED", "ALARM_KIND_DISK_FILLING", "ALARM_KIND_CLOCK_UNKEPT", "ALARM_KIND_LOG_HARMED"]);

function ofNode(alarms: readonly Alarm[]): Alarm[] {
  const last = new Map<string, Alarm>();
  for (const alarm of alarms) {
    const kind = alarm.kind ?? "";
    const held = last.get(kind);
    if (OF_NODE.has(kind) && Number(alarm.raised_at_us ?? 0) >= Number(held?.raised_at_us ?? 0)) last.set(kind, alarm);
  }
  return [...last.values()].filter((alarm) => !alarm.over);
}

// One per alert or hand-off and kind: the highest level; newest first.
export function standing(alarms: readonly Alarm[], known: Known): Alarm[] {
  const byMatter = new Map<string, Alarm>();
  for (const alarm of alarms) {
    if (OF_NODE.has(alarm.kind ?? "") || !stands(alarm, known)) continue;
    const matter = `${alarm.kind}|${alarm.hand_off_id || alarm.call_id || alarm.alert_id || alarm.incident_id}`;
    const held = byMatter.get(matter);
    if (!held || (held.level ?? 0) <= (alarm.level ?? 0)) byMatter.set(matter, alarm);
  }
  return [...byMatter.values(), ...ofNode(alarms)].sort((a, b) => Number(b.raised_at_us ?? 0) - Number(a.raised_at_us ?? 0));
}

export interface AlarmGroup {
  kind: string;
  worst: Alarm; // of the most severe alert, then the newest
  count: number;
}

// One entry per kind, so that none hides another; the one about the most severe alert first.
export function byKind(alarms: readonly Alarm[], codeOf: (alarm: Alarm) => number): AlarmGroup[] {
  const groups = new Map<string, AlarmGroup>();
  for (const alarm of alarms) {
    const kind = alarm.kind ?? "";
    const group = groups.get(kind);
    if (!group) groups.set(kind, { kind, worst: alarm, count: 1 });
    else {
      group.count += 1;
      if (codeOf(alarm) < codeOf(group.worst)) group.worst = alarm;
    }
  }
  return [...groups.values()].sort((a, b) => codeOf(a.worst) - codeOf(b.worst));
}
