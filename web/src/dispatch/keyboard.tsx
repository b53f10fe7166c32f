// The keys of the desk. They are read by their place on the keyboard, so that they work in Hangul mode, and never while
// somebody is typing.
import { useEffect } from "react";
import { useLive } from "../kit/surface";
import { type Desk, useDesk } from "./desk";
import { mapHandle } from "./map-pane";
import { byUrgency, errandsOf, isActive, isClosed, isUncovered, nextStatuses, STATUS_KEYS } from "./model";
import type { Call, UnitStatus } from "./types";

export function Keyboard() {
  const desk = useDesk();
  const { picture } = useLive();
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || event.metaKey) return;
      if (desk.state.dialog) return; // a dialog has the keyboard to itself
      if (event.ctrlKey && event.code === "KeyK" && !event.altKey) {
        event.preventDefault();
        document.getElementById("command-line")?.focus();
        return;
      }
      if (event.altKey && !event.ctrlKey && /^Digit[1-3]$/.test(event.code)) {
        event.preventDefault();
        focusPanel(event.code.slice(-1));
        return;
      }
      if (event.ctrlKey || event.altKey) return;
      if (event.code === "Escape") return escape(desk);
      if (typing(event.target) || !desk.state.singleKeys) return;
      if (run(event, desk, [...picture.calls.values()])) event.preventDefault();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [desk, picture]);
  return null;
}

function typing(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && target.type !== "checkbox";
}

const inMap = (target: EventTarget | null): boolean => target instanceof HTMLElement && target.getAttribute("role") === "application";

function focusPanel(n: string): void {
  const panel = document.getElementById(`panel-${n}`);
  (panel?.querySelector<HTMLElement>("li button[aria-current=true], li button, button, input") ?? panel)?.focus();
}

function escape(desk: Desk): void {
  if (document.activeElement instanceof HTMLInputElement) document.activeElement.blur();
  else if (desk.state.awaiting) desk.set({ awaiting: null });
  else if (desk.state.said) desk.set({ said: null });
  else if (desk.state.unitId) desk.set({ unitId: null });
}

// False: not a matter of this moment, the key stays the browser's.
function run(event: KeyboardEvent, desk: Desk, all: Call[]): boolean {
  const { state, picture } = desk;
  const call = state.callId ? picture.calls.get(state.callId) : undefined;
  if (state.awaiting === "status" && /^(Digit|Numpad)[1-4]$/.test(event.code)) {
    pressStatus(desk, Number(event.code.slice(-1)));
    return true;
  }
  switch (event.code) {
    case "ArrowDown":
    case "KeyJ":
    case "ArrowUp":
    case "KeyK":
      if (inMap(event.target)) return false;
      walk(desk, all, event.code === "ArrowDown" || event.code === "KeyJ" ? 1 : -1);
      return true;
    case "KeyD":
      if (!call || isClosed(call)) return false;
      if (event.shiftKey) focusProposals();
      else dispatchBest(desk, call);
      return true;
    case "KeyU":
      focusPanel("3");
      return true;
    case "KeyS":
      askStatus(desk, call);
      return true;
    case "KeyX":
      if (call && !isClosed(call)) desk.set({ dialog: "close" });
      return call !== undefined;
    case "KeyZ":
      desk.set({ view: "map" });
      zoom(desk, call);
      return true;
    case "KeyC":
      if (call) desk.set({ view: "picture" });
      return call !== undefined;
    case "KeyM":
      desk.sound.toggleMute();
      return true;
    case "Slash":
      if (event.shiftKey) desk.set({ dialog: "help" });
      else document.getElementById("unit-filter")?.focus();
      return true;
    default:
      return false;
  }
}

function walk(desk: Desk, all: Call[], step: 1 | -1): void {
  const rows = all.filter((call) => isClosed(call) === (desk.state.list === "closed")).sort(byUrgency);
  const at = rows.findIndex((call) => call.id === desk.state.callId);
  const to = at < 0 ? rows[step > 0 ? 0 : rows.length - 1] : rows[Math.min(rows.length - 1, Math.max(0, at + step))];
  if (!to) return;
  desk.open(to.id ?? null);
  requestAnimationFrame(() => document.querySelector<HTMLElement>(".call-row [aria-current=true]")?.focus());
}

// The server's first proposal for a destination that has nobody, hers first.
function dispatchBest(desk: Desk, call: Call): void {
  const errands = [...errandsOf(call)].reverse();
  const errand = errands.find((one) => isUncovered(call, one) && one.proposed.length > 0);
  const best = errand?.proposed[0]?.unit_id;
  if (!errand) desk.say("refused", errands.some((one) => isUncovered(call, one)) ? "said.no_proposal" : "said.all_covered");
  else if (best) void desk.send(call.id ?? "", best, errand.target);
}

function focusProposals(): void {
  document.querySelector<HTMLElement>(".errand.uncovered [data-proposal], .errand [data-proposal]")?.focus();
}

function assignmentOf(desk: Desk, unitId: string) {
  const unit = desk.picture.units.get(unitId);
  const call = unit?.call_id ? desk.picture.calls.get(unit.call_id) : undefined;
  return { call, one: call?.assignments?.find((each) => each.unit_id === unitId && isActive(each)) };
}

function askStatus(desk: Desk, call: Call | undefined): void {
  const going = (call?.assignments ?? []).filter(isActive);
  const chosen = desk.state.unitId ?? (going.length === 1 ? (going[0]?.unit_id ?? null) : null);
  if (!chosen) return desk.say("refused", "said.choose_unit");
  if (!assignmentOf(desk, chosen).one) return desk.say("refused", "said.not_sent", { unit: desk.nameOf(chosen) });
  desk.set({ unitId: chosen, awaiting: "status" });
}

function pressStatus(desk: Desk, n: number): void {
  const unitId = desk.state.unitId ?? "";
  const status = STATUS_KEYS[n - 1];
  const { call, one } = assignmentOf(desk, unitId);
  desk.set({ awaiting: null });
  if (!status || !call || !one) return;
  if (!nextStatuses(one).includes(status)) return desk.say("refused", "said.not_next", { unit: desk.nameOf(unitId) });
  void desk.status(unitId, call.id ?? "", status as UnitStatus);
}

function zoom(desk: Desk, call: Call | undefined): void {
  const points: [number, number][] = [];
  for (const id of [call?.wearer_id, call?.protected_id]) {
    const track = id ? desk.picture.tracks.track(id) : null;
    if (track) points.push([track.lng, track.lat]);
  }
  if (points.length > 0) mapHandle.current?.fit(points);
}
