// Who was told: one line per agency with its stages, lateness and the way by telephone; and which cars are
// under way.
import { useTranslation } from "react-i18next";
import type { Alert, HandOff } from "../kit/api";
import { Age } from "../kit/chrome";
import { clockTime, stopwatch } from "../kit/format";
import { serverNowMs } from "../kit/clock";
import { useLive, useNow } from "../kit/surface";
import { useDesk, useSlowPicture } from "./desk";
import { bare, Key } from "./parts";

const STAGES = [
  ["sent_at_us", "sent"],
  ["received_at_us", "handed_off"],
  ["accepted_at_us", "accepted"],
  ["assigned_at_us", "assigned"],
  ["on_scene_at_us", "on_scene"],
] as const;

const set = (us: string | undefined): boolean => us !== undefined && Number(us) !== 0;

export function handOffsOf(handOffs: Iterable<HandOff>, incidentId: string): HandOff[] {
  return [...handOffs]
    .filter((one) => one.incident_id === incidentId)
    .sort(
      (a, b) =>
        Number(a.informative ?? false) - Number(b.informative ?? false) ||
        ((a.id ?? "") < (b.id ?? "") ? -1 : 1),
    );
}

export const canAnswerByPhone = (handOff: HandOff): boolean =>
  !handOff.event_no &&
  !set(handOff.closed_at_us) &&
  handOff.state !== "HAND_OFF_STATE_CANCELLED" &&
  !handOff.informative;

export function HandOffs({ incidentId, alert }: { incidentId: string; alert: Alert }) {
  const { t } = useTranslation();
  const picture = useSlowPicture(500, true);
  useNow(1000);
  const list = handOffsOf(picture.handOffs.values(), incidentId);
  const ledger = picture.alerts.get(alert.id ?? "")?.ledger;
  return (
    <section>
      <h3>{t("hand_off.title")}</h3>
      {list.length === 0 && <p className="quiet">{t("hand_off.none")}</p>}
      {list.map((one) => (
        <OneHandOff key={one.id} handOff={one} />
      ))}
      {alert.protected_id && (
        <p className="told" data-told>
          {t("hand_off.protected")}{" "}
          {set(ledger?.shown_protected_at_us) ? (
            <b>{t("hand_off.shown_at", { time: clockTime(Number(ledger?.shown_protected_at_us) / 1000) })}</b>
          ) : (
            <b className="problem">{t("hand_off.not_shown")}</b>
          )}
        </p>
      )}
      {set(ledger?.shown_dispatch_at_us) && (
        <p className="told">
          {t("hand_off.seen_dispatch", { time: clockTime(Number(ledger?.shown_dispatch_at_us) / 1000) })}
        </p>
      )}
    </section>
  );
}

function OneHandOff({ handOff }: { handOff: HandOff }) {
  const { t } = useTranslation();
  const desk = useDesk();
  const openMs = serverNowMs() - Number(handOff.sent_at_us ?? 0) / 1000;
  return (
    <article
      className={`hand-off ${handOff.overdue || handOff.fallback ? "late" : ""}`}
      data-hand-off={handOff.id}
    >
      <p>
        <b>{handOff.agency_id}</b>{" "}
        <span className="chip">
          {t(`kit:hand_off_state.${bare(handOff.state, "HAND_OFF_STATE_") || "SENT"}`)}
        </span>
        {handOff.informative && <span className="chip">{t("hand_off.informative")}</span>}
        {handOff.event_no && (
          <span className="quiet"> {t("hand_off.event_no", { no: handOff.event_no })}</span>
        )}
      </p>
      <ol className="stages" aria-label={t("hand_off.stages")}>
        {STAGES.map(([field, name]) => {
          const at = Number(handOff[field] ?? 0);
          return (
            <li key={name} className={at ? "past" : "open"}>
              <span>{t(`kit:hop.${name}`)}</span>
              <b className="number">{at ? clockTime(at / 1000) : t("hand_off.not_yet")}</b>
            </li>
          );
        })}
      </ol>
      {handOff.fallback && !set(handOff.accepted_at_us) && (
        <p className="problem">
          <span aria-hidden="true">▲</span>{" "}
          {t("hand_off.fallback", { tries: handOff.tries ?? 0, since: stopwatch(openMs) })}
        </p>
      )}
      {handOff.overdue && !set(handOff.assigned_at_us) && (
        <p className="problem">
          <span aria-hidden="true">▲</span> {t("hand_off.overdue")}
        </p>
      )}
      {handOff.state === "HAND_OFF_STATE_REJECTED" && (
        <p className="problem">{t("hand_off.rejected", { text: handOff.reject_text ?? "" })}</p>
      )}
      {(handOff.late_answers ?? 0) > 0 && (
        <p className="quiet">{t("hand_off.late_answers", { n: handOff.late_answers })}</p>
      )}
      {canAnswerByPhone(handOff) && (
        <button
          type="button"
          className="button small"
          onClick={() => desk.set({ dialog: { kind: "phone", handOffId: handOff.id ?? "" } })}
        >
          {t("phone.open")} <Key command="phone_answer" />
        </button>
      )}
    </article>
  );
}

export function Units({ incidentId }: { incidentId: string }) {
  const { t } = useTranslation();
  const { picture } = useLive();
  useSlowPicture(500, true);
  useNow(1000);
  const calls = [...picture.calls.values()].filter((call) => call.incident_id === incidentId);
  if (calls.length === 0) return null;
  return (
    <section>
      <h3>{t("unit.title")}</h3>
      {calls.map((call) => (
        <div key={call.id} className="call">
          <p>
            <b>{call.agency_id}</b> <span className="quiet number">{call.id}</span>{" "}
            <span className="chip">{t(`kit:call_state.${bare(call.state, "CALL_STATE_") || "OPEN"}`)}</span>
            {call.unit_missing && <b className="problem"> ▲ {t("unit.missing")}</b>}
          </p>
          <ul className="units">
            {(call.assignments ?? []).map((one) => {
              const unit = picture.units.get(one.unit_id ?? "");
              const track = picture.tracks.track(one.unit_id ?? "");
              const status = unit?.status && unit.call_id === call.id ? unit.status : one.status;
              return (
                <li key={`${one.unit_id}-${one.target}`}>
                  <b>{unit?.unit?.call_sign || one.unit_id}</b>
                  <span>
                    → {t(`kit:target.${bare(one.target, "TARGET_") || "WEARER"}`)} ·{" "}
                    {t(`kit:unit_status.${bare(status, "UNIT_STATUS_") || "ASSIGNED"}`)}
                  </span>
                  <span className="number">
                    {Number(one.arrived_at_us ?? 0) > 0
                      ? t("unit.arrived", { time: clockTime(Number(one.arrived_at_us) / 1000) })
                      : one.eta_s
                        ? t("unit.eta", {
                            min: Math.ceil(one.eta_s / 60),
                            time: clockTime(Number(one.assigned_at_us ?? 0) / 1000 + one.eta_s * 1000),
                          })
                        : t("unit.no_eta")}
                  </span>
                  {track && <Age atMs={track.fixedAtMs} staleAfterS={track.staleAfterS} />}
                </li>
              );
            })}
          </ul>
        </div>
      ))}
    </section>
  );
}
