// PictureStore: what the server said of alerts, incidents, calls, hand-offs, units and views, folded from /live. It only
// remembers; ages and texts are made where they are shown. What a right no longer covers is forgotten at once.
import type { Alarm, Alert, Call, HandOff, Incident, Ledger, UnitLive, View } from "./api";
import type { LiveMessage } from "./live";
import { TrackStore } from "./track-store";

export type Approach = NonNullable<LiveMessage["approach"]>;
export type Notice = NonNullable<LiveMessage["notice"]>;
export type Hop = keyof Ledger;

export interface AlertEntry {
  alert: Alert;
  ledger: Ledger;
}

const ENDED_ALERTS_MAX = 300;
const ALARMS_MAX = 200;
const CLOSED_MAX = 100;
const FRAME_MS = 16;

const zero = (us: string | number | undefined): boolean => us === undefined || Number(us) === 0;

export class PictureStore {
  readonly alerts = new Map<string, AlertEntry>();
  readonly incidents = new Map<string, Incident>();
  readonly calls = new Map<string, Call>();
  readonly handOffs = new Map<string, HandOff>();
  readonly views = new Map<string, View>();
  readonly units = new Map<string, UnitLive>();
  readonly approaches = new Map<string, Approach>(); // by person
  readonly trails = new Map<string, { lng: number; lat: number; atMs: number }[]>(); // as the server sent them
  readonly tracks = new TrackStore();
  alarms: Alarm[] = [];
  role = "";
  // True from the first snapshot on: before it, "nothing here" means "not known yet".
  loaded = false;
  version = 0;
  casesVersion = 0; // grows when something of some case has changed, or may have
  // While true nothing is remembered and only notices are passed on: for a page that nobody may look at.
  blind = false;

  private epoch = "";
  private readonly listeners = new Set<() => void>();
  private pending = false;
  private toldAtMs = -Infinity;

  // Outages that leave the protected person uncovered, by alert.
  readonly outages = new Set<string>();
  // Called when something was raised, noticed or taken away; for sounds, notices and shown-marks. Not for snapshots.
  onRaised: ((alert: Alert) => void) | null = null;
  onNotice: ((notice: Notice) => void) | null = null;
  onRevoked: ((revoked: NonNullable<LiveMessage["revoked"]>) => void) | null = null;
  onViewClosed: ((closed: NonNullable<LiveMessage["view_closed"]>) => void) | null = null;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly getVersion = (): number => this.version;

  frame(frame: ArrayBuffer): void {
    if (this.blind) return;
    this.tracks.apply(frame);
  }

  fold(message: LiveMessage): void {
    if (this.blind) {
      if (message.notice) this.onNotice?.(message.notice);
      return;
    }
    if (message.hello) this.greet(message.hello.epoch ?? "", message.hello.role ?? "");
    if (message.holders) this.tracks.name(message.holders as never);
    if (message.cases || (message.snapshot && this.loaded)) this.casesVersion += 1;
    if (message.snapshot) this.restart(message.snapshot);
    if (message.alert) this.takeAlert(message.alert, message);
    if (message.incident) this.takeIncident(message.incident);
    if (message.call) this.takeCall(message.call);
    if (message.hand_off) this.takeHandOff(message.hand_off);
    if (message.alarm) this.takeAlarm(message.alarm);
    if (message.view?.id) this.views.set(message.view.id, message.view);
    if (message.view_closed?.view_id) {
      this.views.delete(message.view_closed.view_id);
      this.onViewClosed?.(message.view_closed);
    }
    if (message.unit?.unit_id) this.takeUnit(message.unit.unit_id, message.unit);
    if (message.hop) this.takeHop(message.hop);
    if (message.track) this.takeTrack(message.track);
    if (message.approach?.person_id) this.approaches.set(message.approach.person_id, message.approach);
    if (message.notice) this.takeNotice(message.notice);
    if (message.revoked) this.revoke(message.revoked);
    this.changed();
  }

  // Forgets everything, as when the key ended.
  clear(): void {
    this.forget();
    this.tracks.clear();
    this.loaded = false;
    this.changed();
  }

  private takeNotice(notice: Notice): void {
    const outage = notice.alert_id ?? "";
    if (notice.reason === "COVER_LOST") this.outages.add(outage);
    if (notice.reason === "COVER_BACK") this.outages.delete(outage);
    this.onNotice?.(notice);
  }

  private greet(epoch: string, role: string): void {
    if (epoch !== this.epoch) this.tracks.clear();
    else this.tracks.renumber();
    this.epoch = epoch;
    this.role = role;
  }

  private forget(): void {
    for (const map of [this.alerts, this.incidents, this.calls, this.handOffs, this.views, this.units, this.approaches,
      this.trails]) map.clear();
    this.alarms = [];
    this.outages.clear();
  }

  private restart(snapshot: NonNullable<LiveMessage["snapshot"]>): void {
    if (snapshot.anew) this.clear();
    const ended = [...this.alerts.values()].filter((entry) => hasEnded(entry.alert));
    this.forget();
    for (const entry of ended) this.alerts.set(entry.alert.id ?? "", entry);
    for (const record of snapshot.alerts ?? []) {
      if (record.alert?.id) this.alerts.set(record.alert.id, { alert: record.alert, ledger: record.ledger ?? {} });
    }
    for (const incident of snapshot.incidents ?? []) this.takeIncident(incident);
    for (const call of snapshot.calls ?? []) this.takeCall(call);
    for (const handOff of snapshot.hand_offs ?? []) this.takeHandOff(handOff);
    for (const view of snapshot.views ?? []) if (view.id) this.views.set(view.id, view);
    for (const unit of snapshot.units ?? []) if (unit.unit?.id) this.units.set(unit.unit.id, unit);
    this.alarms = [...(snapshot.alarms ?? [])];
    this.loaded = true;
  }

  private takeAlert(alert: Alert, message: LiveMessage): void {
    const id = alert.id ?? "";
    const before = this.alerts.get(id);
    const ledger: Ledger = { ...before?.ledger };
    if (!before) {
      ledger.fixed_at_us = alert.happened_at_us;
      ledger.received_at_us = alert.received_at_us;
      ledger.opened_at_us = alert.opened_at_us;
      if (message.durable_at_us) ledger.durable_at_us = String(message.durable_at_us);
      if (message.judged_at_us) ledger.judged_at_us = String(message.judged_at_us);
    }
    this.alerts.set(id, { alert, ledger });
    if (!before && !hasEnded(alert)) this.onRaised?.(alert);
    bound(this.alerts, ENDED_ALERTS_MAX, (entry) => hasEnded(entry.alert));
  }

  private takeHop(hop: NonNullable<LiveMessage["hop"]>): void {
    const entry = this.alerts.get(hop.alert_id ?? "");
    const name = `${(hop.hop ?? "").replace("HOP_", "").toLowerCase()}_at_us` as Hop;
    if (!entry || !zero(entry.ledger[name])) return;
    this.alerts.set(hop.alert_id ?? "", { ...entry, ledger: { ...entry.ledger, [name]: hop.at_us } });
  }

  private takeIncident(incident: Incident): void {
    if (!incident.id) return;
    this.incidents.set(incident.id, incident);
    bound(this.incidents, CLOSED_MAX, (held) => !zero(held.closed_at_us));
  }

  private takeCall(call: Call): void {
    if (!call.id) return;
    this.calls.set(call.id, call);
    bound(this.calls, CLOSED_MAX, (held) => held.state === "CALL_STATE_CLOSED");
  }

  private takeHandOff(handOff: HandOff): void {
    if (!handOff.id) return;
    this.handOffs.set(handOff.id, handOff);
    bound(this.handOffs, CLOSED_MAX, (held) => !zero(held.closed_at_us));
    if (handOff.informative) return;
    for (const [id, entry] of this.alerts) {
      if (entry.alert.incident_id !== handOff.incident_id) continue;
      const ledger = { ...entry.ledger };
      const take = (hop: Hop, at: string | undefined) => {
        if (zero(ledger[hop]) && !zero(at)) ledger[hop] = at;
      };
      take("sent_at_us", handOff.sent_at_us);
      take("handed_off_at_us", handOff.received_at_us);
      take("accepted_at_us", handOff.accepted_at_us);
      take("assigned_at_us", handOff.assigned_at_us);
      take("on_scene_at_us", handOff.on_scene_at_us);
      this.alerts.set(id, { ...entry, ledger });
    }
  }

  private takeAlarm(alarm: Alarm): void {
    this.alarms = [...this.alarms.filter((held) => held.id !== alarm.id), alarm].slice(-ALARMS_MAX);
  }

  private takeUnit(id: string, state: NonNullable<LiveMessage["unit"]>): void {
    const before = this.units.get(id);
    this.units.set(id, {
      unit: before?.unit ?? { id },
      position: before?.position,
      status: state.status,
      call_id: state.call_id,
      target: state.target,
    } as UnitLive);
  }

  private takeTrack(track: NonNullable<LiveMessage["track"]>): void {
    const points = (track.points ?? []).map((point) => ({
      lng: (point.place?.lng_e7 ?? 0) / 1e7,
      lat: (point.place?.lat_e7 ?? 0) / 1e7,
      atMs: Number(point.fixed_at_us ?? 0) / 1000,
    }));
    if (track.person_id) this.trails.set(track.person_id, points);
  }

  private revoke(revoked: NonNullable<LiveMessage["revoked"]>): void {
    const person = revoked.person_id ?? "";
    if (revoked.kind === "call") this.calls.delete(revoked.id ?? "");
    if (revoked.kind === "view") this.views.delete(revoked.id ?? "");
    if (person) {
      this.tracks.remove(person);
      this.approaches.delete(person);
      this.trails.delete(person);
    }
    this.onRevoked?.(revoked);
  }

  // At once after a pause, and at most once per frame; in a task of its own, for within the frame's task the map's drawing,
  // layout and paint would stand behind it.
  private changed(): void {
    this.version += 1;
    if (this.pending) return;
    this.pending = true;
    const tell = () => {
      this.pending = false;
      for (const listener of this.listeners) listener();
      this.toldAtMs = performance.now();
    };
    setTimeout(tell, Math.max(0, this.toldAtMs + FRAME_MS - performance.now()));
  }
}

export function hasEnded(alert: Alert): boolean {
  const handling = alert.handling;
  if (handling === "ALERT_HANDLING_CLOSED") return true;
  return alert.state === "ALERT_STATE_CLEARED" && handling === "ALERT_HANDLING_RESOLVED";
}

// Keeps the newest `keep` of those that are over.
function bound<T>(map: Map<string, T>, keep: number, over: (item: T) => boolean): void {
  if (map.size <= keep) return;
  let n = 0;
  for (const item of map.values()) if (over(item)) n += 1;
  for (const [id, item] of map) {
    if (n <= keep) return;
    if (!over(item)) continue;
    map.delete(id);
    n -= 1;
  }
}
