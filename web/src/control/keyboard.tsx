// Listens for the keys of the console and does what they say.
import { useLayoutEffect } from "react";
import { useLive } from "../kit/surface";
import { isElsewhere } from "../legal/where";
import { start } from "./actions";
import { type Desk, useDesk } from "./desk";
import { canAnswerByPhone, handOffsOf } from "./hand-offs";
import { bare } from "./parts";
import { deedState, keptOpen, makeRows, neighbour } from "./queue-model";
import { belongsToFocus, type Command, commandOf, isSingleKey } from "./shortcuts";

export function Keyboard() {
  const live = useLive();
  const desk = useDesk();
  // Before the first paint: who sees the console can use its keys.
  useLayoutEffect(() => {
    const press = (event: KeyboardEvent) => {
      const command = commandOf(event);
      if (!command || (isSingleKey(event) && !desk.state.singleKeys)) return;
      // A dialog has the keyboard to itself, and so have the pages about cases.
      if (desk.state.dialog || desk.state.search || isElsewhere()) return;
      const focused = event.target instanceof HTMLElement ? event.target : document.body;
      const what = {
        tag: focused.tagName.toLowerCase(),
        type: focused instanceof HTMLInputElement ? focused.type : "",
        role: focused.getAttribute("role") ?? "",
        editable: focused.isContentEditable,
      };
      if (event.defaultPrevented || belongsToFocus(event, what)) return;
      if (run(command, desk, live)) event.preventDefault();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [desk, live]);
  return null;
}

type Live = ReturnType<typeof useLive>;

// False: not a matter of this moment, the key stays the browser's.
function run(command: Command, desk: Desk, live: Live): boolean {
  const { state, playback } = desk;
  const past = playback.state.clock !== null;
  switch (command) {
    case "next":
    case "previous":
      walk(desk, live, command === "next" ? 1 : -1);
      return true;
    case "open":
      if (!state.alertId) return false;
      document.getElementById("panel-3")?.focus();
      return true;
    case "mute":
      desk.sound.toggleMute();
      return true;
    case "play":
      if (past) playback.toggle();
      else desk.set({ dialog: { kind: "playback" } });
      return true;
    case "slower":
    case "faster":
      if (past) playback.speed(command === "faster" ? 1 : -1);
      return past;
    case "back":
    case "forth":
      if (past) playback.step(command === "forth" ? 10_000 : -10_000);
      return past;
    case "live":
      if (past) playback.stop();
      return past;
    case "search":
      desk.set({ search: true });
      return true;
    case "help":
      desk.set({ dialog: { kind: "help" } });
      return true;
    case "table":
      desk.set({ twin: !state.twin });
      return true;
    case "zones":
      desk.set({ zones: !state.zones });
      return true;
    case "jurisdictions":
      desk.set({ jurisdictions: !state.jurisdictions });
      return true;
    case "panel_1":
    case "panel_2":
    case "panel_3":
    case "panel_4":
      focusPanel(command);
      return true;
    case "follow":
      desk.set({ follow: !state.follow });
      return true;
    case "zoom":
      zoom(desk, live);
      return true;
    default:
      return onAlert(command, desk, live);
  }
}

function focusPanel(command: string): void {
  const panel = document.getElementById(command.replace("_", "-"));
  const inside = panel?.querySelector<HTMLElement>(
    "[role=listbox], [role=application], [role=grid], input[type=range]",
  );
  (inside ?? panel)?.focus();
}

function walk(desk: Desk, live: Live, step: 1 | -1): void {
  const { tab, opened, alertId } = desk.state;
  const rows =
    desk.rows.length > 0
      ? desk.rows
      : makeRows(live.picture.alerts.values(), {
          tab,
          me: live.who.account ?? "",
          flood: false,
          opened,
          selected: alertId,
        });
  const to = neighbour(rows, alertId, step);
  if (to) desk.open(to);
}

function zoom(desk: Desk, live: Live): void {
  const alert = desk.state.alertId ? live.picture.alerts.get(desk.state.alertId)?.alert : undefined;
  const ids = desk.state.personId ? [desk.state.personId] : [alert?.wearer_id, alert?.protected_id];
  const points: [number, number][] = [];
  for (const id of ids) {
    const track = id ? live.picture.tracks.track(id) : null;
    if (track) points.push([track.lng, track.lat]);
  }
  if (points.length > 0) desk.map?.fit(points);
}

function onAlert(command: Command, desk: Desk, live: Live): boolean {
  const alert = desk.state.alertId ? live.picture.alerts.get(desk.state.alertId)?.alert : undefined;
  if (!alert) return false;
  const me = live.who.account ?? "";
  const incidentId = alert.incident_id ?? "";
  const may = (action: string) =>
    live.socket.link.state === "live" && (live.who.actions ?? []).includes(action);
  const deed = command === "finish" ? (deedState(alert, "close", me).can ? "close" : "resolve") : command;
  switch (deed) {
    case "acknowledge":
    case "act":
    case "shelve":
    case "resolve":
    case "close": {
      if (live.socket.link.state !== "live") desk.say("refused", "held_back.link");
      else {
        const state = deedState(alert, deed, me, keptOpen(live.picture.handOffs.values(), incidentId));
        if (state.can) start(desk, alert, deed, me);
        else desk.say("refused", `why.${state.why}`, { who: alert.handled_by ?? "" });
      }
      return true;
    }
    case "call_police":
    case "device":
    case "note": {
      if (!may("log_contact")) return false;
      const preset =
        command === "call_police"
          ? { with: "POLICE", channel: "PHONE" }
          : command === "device"
            ? { with: "WEARER", channel: "VIBRATION" }
            : {};
      desk.set({ dialog: { kind: "contact", incidentId, preset } });
      return true;
    }
    case "phone_answer": {
      const open = handOffsOf(live.picture.handOffs.values(), incidentId).find(canAnswerByPhone);
      if (open && may("answer_hand_off")) desk.set({ dialog: { kind: "phone", handOffId: open.id ?? "" } });
      return open !== undefined;
    }
    case "procedure":
      desk.set({ dialog: { kind: "procedure", alertKind: bare(alert.kind, "ALERT_KIND_") } });
      return true;
    default:
      return false;
  }
}
