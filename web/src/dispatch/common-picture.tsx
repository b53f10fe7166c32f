// The common picture: what the control centre knows and did about this incident, who and when, and every hop of the way here.
import { useTranslation } from "react-i18next";
import { Severity } from "../kit/chrome";
import { clockTime, distance, stopwatch } from "../kit/format";
import { usePicture } from "../kit/surface";
import { bare, us } from "./model";
import { useTimeline } from "./parts";
import type { Alert, Call, TimelineStep } from "./types";

const ACKNOWLEDGED = ["acknowledged", "acted"];

export function CommonPicture({ call }: { call: Call }) {
  const { t } = useTranslation();
  const picture = usePicture();
  const ids = new Set([...(call.alert_ids ?? []), ...[...picture.alerts.values()].filter((entry) => entry.alert.incident_id === call.incident_id).map((entry) => entry.alert.id ?? "")]);
  const alerts = [...ids].flatMap((id) => picture.alerts.get(id)?.alert ?? []).sort((a, b) => us(a.opened_at_us) - us(b.opened_at_us));
  const handOffs = [...picture.handOffs.values()].filter((one) => one.incident_id === call.incident_id);
  const stamp = alerts.map((alert) => `${alert.id}${alert.handling}${alert.state}`).join() + (call.assignments ?? []).map((one) => one.status).join() + JSON.stringify(picture.alerts.get(alerts[0]?.id ?? "")?.ledger ?? {}).length;
  const { steps, failed } = useTimeline(alerts[0]?.id ?? null, stamp);
  return (
    <div className="common scroll" role="region" aria-label={t("view.picture")} tabIndex={0}>
      <h3>{t("common.alerts")}</h3>
      <table className="table">
        <thead>
          <tr><th>{t("common.alert")}</th><th>{t("common.since")}</th><th>{t("common.state")}</th><th>{t("common.at_control")}</th></tr>
        </thead>
        <tbody>
          {alerts.map((alert) => (
            <AlertLine key={alert.id} alert={alert} stamp={stamp} />
          ))}
          {alerts.length === 0 && <tr><td colSpan={4} className="quiet">{t("common.no_alerts")}</td></tr>}
        </tbody>
      </table>
      {handOffs.map((one) => (
        <p key={one.id} className="hand-off">
          {t("common.hand_off")} <span className="number">{one.id}</span> · {t(`kit:hand_off_state.${bare(one.state, "HAND_OFF_STATE_")}`)}
          {us(one.received_at_us) > 0 && us(one.sent_at_us) > 0 && <> · {t("common.arrived_after", { ms: Math.max(0, Math.round((us(one.received_at_us) - us(one.sent_at_us)) / 1000)) })}</>}
          {one.fallback && <span className="mark grave"> {t("common.fallback")}</span>}
          {one.overdue && <span className="mark grave"> {t("common.overdue")}</span>}
        </p>
      ))}
      <h3>{t("common.hops")}</h3>
      {steps === null ? (
        <p className="quiet" role="status">{failed === null ? t("common.loading") : failed === 403 ? t("common.forbidden") : t("common.failed")}</p>
      ) : (
        <Steps steps={steps} />
      )}
    </div>
  );
}

function AlertLine({ alert, stamp }: { alert: Alert; stamp: string }) {
  const { t } = useTranslation();
  const { steps } = useTimeline(alert.id ?? null, stamp);
  const taken = steps?.find((step) => ACKNOWLEDGED.includes(step.what ?? ""));
  const margin = alert.margin_mm !== undefined && us(alert.margin_mm) < 0 ? us(alert.margin_mm) / -1000 : null;
  return (
    <tr>
      <td><Severity code={alert.code} compact /> {t(`kit:alert_kind.${bare(alert.kind, "ALERT_KIND_")}`)}{margin !== null && <span className="quiet"> · {t("common.inside_by", { d: distance(margin) })}</span>}</td>
      <td className="number">{clockTime(us(alert.opened_at_us) / 1000)}</td>
      <td>{t(`kit:alert_state.${bare(alert.state, "ALERT_STATE_")}`)}</td>
      <td>
        {alert.handled_by
          ? t("common.taken", { state: t(`kit:handling.${bare(alert.handling, "ALERT_HANDLING_")}`), who: alert.handled_by })
          : <span className="problem">{t("common.not_taken")}</span>}
        {taken && <span className="number"> · {clockTime(us(taken.at_us) / 1000)}</span>}
      </td>
    </tr>
  );
}

function Steps({ steps }: { steps: readonly TimelineStep[] }) {
  const { t } = useTranslation();
  const start = us(steps[0]?.at_us);
  const word = (what: string): string => {
    const numbered = /^(code|escalated)_(\d+)$/.exec(what);
    return numbered ? t(`step.${numbered[1]}`, { n: numbered[2] }) : t(`step.${what}`, { defaultValue: what });
  };
  return (
    <table className="table steps">
      <thead><tr><th>{t("common.at")}</th><th>{t("common.step")}</th><th>{t("common.who")}</th><th>{t("common.after_fix")}</th></tr></thead>
      <tbody>
        {steps.map((step, i) => {
          const ms = step.ms_since_fix !== undefined ? Number(step.ms_since_fix) : (us(step.at_us) - start) / 1000;
          return (
            <tr key={`${step.entry_no}/${i}`}>
              <td className="number">{clockTime(us(step.at_us) / 1000)}</td>
              <td>{word(step.what ?? "")}</td>
              <td>{step.who}</td>
              <td className="number">{ms < 10_000 ? t("common.ms", { n: Math.round(ms) }) : stopwatch(ms)}</td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
