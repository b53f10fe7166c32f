// What may be done with an alert now. What may not is not hidden: it says why. Nothing is done while the line
// is down.
import i18next from "i18next";
import { useTranslation } from "react-i18next";
import type { Alert } from "../kit/api";
import { clockTime } from "../kit/format";
import { useLive } from "../kit/surface";
import type { Desk } from "./desk";
import { useDesk, useSlowPicture } from "./desk";
import { useHeldBack } from "./hooks";
import { bare, Key } from "./parts";
import { type Deed, deedState, keptOpen } from "./queue-model";
import { type DeedInput, type DeedOutcome, handle } from "./rest";
import type { Command } from "./shortcuts";

const KEY_OF: Record<Deed, Command> = {
  acknowledge: "acknowledge",
  act: "act",
  shelve: "shelve",
  resolve: "finish",
  close: "finish",
};
const DEEDS: readonly Deed[] = ["acknowledge", "act", "shelve", "resolve", "close"];

export function Actions({ alert }: { alert: Alert }) {
  const { t } = useTranslation();
  const desk = useDesk();
  const { who } = useLive();
  const picture = useSlowPicture(500, true);
  const me = who.account ?? "";
  const heldBack = useHeldBack("handle_alert");
  const contactHeldBack = useHeldBack("log_contact");
  const policeOut = keptOpen(picture.handOffs.values(), alert.incident_id);
  const next = DEEDS.find((deed) => deed !== "shelve" && deedState(alert, deed, me, policeOut).can);
  const incidentId = alert.incident_id ?? "";
  const why = (deed: Deed): string | null => {
    if (heldBack) return heldBack;
    const state = deedState(alert, deed, me, policeOut);
    return state.can ? null : t(`why.${state.why}`, { who: alert.handled_by ?? "" });
  };
  const nextWhy = next ? why(next) : null;
  return (
    <div className="actions" role="group" aria-label={t("deed.group")}>
      {DEEDS.map((deed) => {
        const no = why(deed);
        return (
          <button
            key={deed}
            type="button"
            data-deed={deed}
            disabled={no !== null}
            title={no ?? undefined}
            className={deed === next ? "button primary" : "button"}
            onClick={() => start(desk, alert, deed, me)}
          >
            {t(`deed.${deed}`)}{" "}
            {(deed !== "close" || next === "close") && (deed !== "resolve" || next !== "close") && (
              <Key command={KEY_OF[deed]} />
            )}
          </button>
        );
      })}
      <button
        type="button"
        className="button"
        disabled={contactHeldBack !== null}
        title={contactHeldBack ?? undefined}
        onClick={() =>
          desk.set({ dialog: { kind: "contact", incidentId, preset: { with: "POLICE", channel: "PHONE" } } })
        }
      >
        {t("deed.call_police")} <Key command="call_police" />
      </button>
      <button
        type="button"
        className="button"
        disabled={contactHeldBack !== null}
        title={contactHeldBack ?? undefined}
        onClick={() =>
          desk.set({
            dialog: { kind: "contact", incidentId, preset: { with: "WEARER", channel: "VIBRATION" } },
          })
        }
      >
        {t("deed.device")} <Key command="device" />
      </button>
      <button
        type="button"
        className="button"
        onClick={() =>
          desk.set({ dialog: { kind: "procedure", alertKind: bare(alert.kind, "ALERT_KIND_") } })
        }
      >
        {t("deed.procedure")} <Key command="procedure" />
      </button>
      {(heldBack ?? nextWhy) && (
        <p className="held-back" role="status">
          {heldBack ?? nextWhy}
        </p>
      )}
      {!next && !heldBack && waitsFor(alert.handling) && (
        <p className="quiet">{why(waitsFor(alert.handling) ?? "close")}</p>
      )}
    </div>
  );
}

// What would come next, if it were allowed: said when nothing else can be done.
function waitsFor(handling: Alert["handling"]): Deed | null {
  if (handling === "ALERT_HANDLING_IN_PROGRESS") return "resolve";
  return handling === "ALERT_HANDLING_RESOLVED" ? "close" : null;
}

// Two of the deeds are one press; the others ask something first.
export function start(desk: Desk, alert: Alert, deed: Deed, me: string): void {
  const id = alert.id ?? "";
  if (deed === "acknowledge" || deed === "act") void perform(desk, alert, deed, me);
  else desk.set({ dialog: { kind: "deed", deed, alertId: id } });
}

export async function perform(
  desk: Desk,
  alert: Alert,
  deed: Deed,
  me: string,
  input: DeedInput = {},
): Promise<DeedOutcome> {
  const outcome = await handle(alert.id ?? "", deed, me, input);
  if (outcome.done) desk.say("done", `done.${deed}`, { id: alert.id ?? "" });
  else tellRefusal(desk, outcome, alert, me);
  return outcome;
}

function tellRefusal(
  desk: Desk,
  outcome: Extract<DeedOutcome, { done: false }>,
  alert: Alert,
  me: string,
): void {
  if (outcome.why !== "conflict")
    return desk.say("refused", `refused.${outcome.why}`, { reason: outcome.reason });
  const now = outcome.alert;
  if (!now?.handled_by || now.handled_by === me)
    return desk.say("refused", "refused.conflict", { reason: outcome.reason, id: alert.id ?? "" });
  desk.say("refused", "refused.taken", {
    who: now.handled_by,
    state: i18next.t(`kit:handling.${bare(now.handling, "ALERT_HANDLING_") || "NEW"}`),
    time: clockTime(Date.now()),
    reason: outcome.reason,
  });
}
