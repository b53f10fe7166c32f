// What the first screen says, decided from what the server sent and from the state of the line; nothing is measured here.
// No state says that there is no danger: what is not known is a state of its own, and a loud one.
import type { Alert, View } from "../kit/api";

export type Kind =
  | "loading" // nothing heard yet
  | "link_lost" // this phone does not hear the server
  | "approaching"
  | "within" // inside the ordered distance
  | "tampered"
  | "unknown" // too old to rely on
  | "uncovered" // an outage: nobody is heard here for now
  | "coming" // a view is open, its content waits for its audit record
  | "near"
  | "receding"
  | "barred_place"
  | "alert_only" // the order grants no distance
  | "settled" // the control centre has dealt with it, and its distances are not shown any more
  | "ended" // the order ended or was withdrawn while it was watched
  | "quiet";

export type Tone = "danger" | "caution" | "slate" | "unknown" | "black";

export interface Status {
  kind: Kind;
  tone: Tone;
  view: View | null;
}

export interface Ended {
  reason: string; // of ViewClosed
  atMs: number;
}

export interface Situation {
  linkLost: boolean;
  loaded: boolean;
  views: View[];
  alerts: Alert[];
  ended: Ended | null;
  uncovered: boolean;
}

const TONES: Record<Kind, Tone> = {
  loading: "slate",
  link_lost: "black",
  approaching: "danger",
  within: "danger",
  tampered: "danger",
  unknown: "unknown",
  uncovered: "unknown",
  coming: "caution",
  near: "caution",
  receding: "slate",
  barred_place: "caution",
  alert_only: "caution",
  settled: "slate",
  ended: "slate",
  quiet: "slate",
};

// The first in this order is the banner; among equals the nearest.
const ORDER: Kind[][] = [
  ["link_lost"], ["loading"], ["approaching", "within"], ["tampered"], ["unknown"], ["uncovered"], ["coming"], ["near"], ["barred_place"],
  ["alert_only"], ["receding"], ["settled"], ["ended"], ["quiet"],
];

const TIERS = ["KEEP_AWAY", "NEAR_MAP", "NEAR_POLICE", "NEAR_WARN", "APPROACHING"];
// He may be near, and nobody knows.
const UNHEARD = ["SILENCE", "UNACCOUNTED_NEAR"];
const TAMPER = ["STRAP_CUT", "CASE_OPENED", "JAMMED", "POWER_OFF", "UNPAIRED", "IMPLAUSIBLE"];
const PLACES = ["EXCLUSION", "EXCLUSION_BUFFER", "EXCLUSION_POLICE"];
const OWN_DEVICE = ["PROTECTED_SILENCE", "LOW_BATTERY"];

export const kindOf = (alert: Alert): string => (alert.kind ?? "").replace("ALERT_KIND_", "");
export const isOpen = (alert: Alert): boolean => alert.state !== "ALERT_STATE_CLEARED";

const isSettled = (alert: Alert): boolean =>
  alert.handling === "ALERT_HANDLING_RESOLVED" || alert.handling === "ALERT_HANDLING_CLOSED";

// The server hides what a view holds until its audit record is durable: then there is no time of a fix in it.
export const isBare = (view: View): boolean => Number(view.wearer_fixed_at_us ?? 0) === 0;

function kindOfView(view: View, alerts: Alert[]): Kind {
  if (isBare(view)) return "coming";
  if (view.degraded) return "unknown";
  if (view.trend === "TREND_APPROACHING") return "approaching";
  const alert = alerts.find((each) => each.id === view.alert_id);
  // Parted from its device he may be anywhere: the alert stays open, but "inside" would be a claim about the device only.
  const parted = alerts.some((each) => TAMPER.includes(kindOf(each)) && isOpen(each));
  if (alert && kindOf(alert) === "KEEP_AWAY" && isOpen(alert) && !parted) return "within";
  return view.trend === "TREND_RECEDING" ? "receding" : "near";
}

function status(kind: Kind, view: View | null = null, tone: Tone = TONES[kind]): Status {
  return { kind, tone, view };
}

const urgency = (each: Status): number => ORDER.findIndex((kinds) => kinds.includes(each.kind));

// Most urgent first; never empty. One entry for each open view, one for each other thing that is the matter.
export function statusesOf(situation: Situation): Status[] {
  const { views, linkLost, loaded, ended } = situation;
  const alerts = situation.alerts.filter(isOpen);
  const all: Status[] = views.map((view) => status(kindOfView(view, alerts), view));
  if (linkLost) all.push(status("link_lost"));
  else if (!loaded) all.push(status("loading"));
  if (alerts.some((alert) => TAMPER.includes(kindOf(alert)))) all.push(status("tampered"));
  const places = alerts.filter((alert) => PLACES.includes(kindOf(alert)));
  if (places.length > 0) {
    const inside = places.some((alert) => kindOf(alert) === "EXCLUSION");
    all.push(status("barred_place", null, inside ? "danger" : "caution"));
  }
  const tiers = alerts.filter((alert) => [...TIERS, ...UNHEARD].includes(kindOf(alert)));
  if (views.length === 0 && tiers.length > 0) {
    const open = tiers.filter((alert) => !isSettled(alert));
    const known = open.some((alert) => alert.state === "ALERT_STATE_ACTIVE" && !UNHEARD.includes(kindOf(alert)));
    all.push(status(open.length === 0 ? "settled" : known ? "alert_only" : "unknown"));
  }
  if (situation.uncovered) all.push(status("uncovered"));
  if (all.length === 0) {
    const over = ended?.reason === "order_ended" || ended?.reason === "order_withdrawn";
    all.push(status(over ? "ended" : "quiet"));
  }
  const distance = (each: Status): number => each.view?.distance_m ?? 0;
  return all.sort((a, b) => urgency(a) - urgency(b) || distance(a) - distance(b));
}

// What is wrong with her own device, as the server sees it.
export function ownDeviceTroubles(alerts: Alert[]): string[] {
  const kinds = alerts.filter(isOpen).map(kindOf);
  return OWN_DEVICE.filter((kind) => kinds.includes(kind));
}

// Views in the order in which they are numbered on the screen: by id, so that a number does not jump.
export function numbered(views: View[]): { view: View; number: number }[] {
  const byId = (a: View, b: View): number => ((a.id ?? "") < (b.id ?? "") ? -1 : 1);
  return [...views].sort(byId).map((view, i) => ({ view, number: i + 1 }));
}

// Whole minutes, rounded down: what is said must not be later than what the server worked out. Null: not said.
export function minutesToContact(view: View): number | null {
  const seconds = view.time_to_contact_s ?? 0;
  return seconds > 0 && !view.degraded ? Math.floor(seconds / 60) : null;
}

// The rings of the dial in metres: the smallest set that holds all distances.
const RINGS = [
  [50, 100, 200],
  [100, 250, 500],
  [500, 1000, 2000],
  [1000, 2000, 4000],
  [2500, 5000, 10000],
] as const;
export function ringsFor(distancesM: number[]): readonly number[] {
  const farthest = Math.max(0, ...distancesM);
  return RINGS.find((rings) => farthest <= rings[2]) ?? RINGS[RINGS.length - 1] ?? [];
}

// How far a rounded distance may be from the true one, in metres: half of the step in which the server gives it.
export const roundingM = (distanceM: number): number => (distanceM < 100 ? 5 : distanceM < 1000 ? 25 : 50);
