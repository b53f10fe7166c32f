// The latency ledger of one alert: every step with its time and the milliseconds since the fix that shows the
// violation. Told anew whenever a hop arrives over the line.
import { useTranslation } from "react-i18next";
import { api } from "../kit/api";
import { clockTime } from "../kit/format";
import { patience, take, useLoaded } from "../kit/load";
import { useSlowPicture } from "./desk";
import { LoadedView } from "./parts";

export function LedgerTable({ alertId }: { alertId: string }) {
  const { t } = useTranslation();
  const picture = useSlowPicture(1000, true);
  const entry = picture.alerts.get(alertId);
  // Changes with every hop and every change of the alert.
  const hops = entry
    ? JSON.stringify([entry.ledger, entry.alert.handling, entry.alert.state, entry.alert.escalation])
    : "";
  const loaded = useLoaded(`timeline/${alertId}/${hops}`, () =>
    take(api.GET("/api/v1/alerts/{id}/timeline", { params: { path: { id: alertId } }, signal: patience() })),
  );
  const kept = useKept(alertId, loaded.data);
  return (
    <LoadedView what={t("incident.section.timeline")} loaded={{ ...loaded, data: loaded.data ?? kept }}>
      {(answer) => (
        <table className="ledger">
          <caption className="visually-hidden">{t("ledger.caption")}</caption>
          <thead>
            <tr>
              <th scope="col">{t("ledger.at")}</th>
              <th scope="col">{t("ledger.what")}</th>
              <th scope="col">{t("ledger.who")}</th>
              <th scope="col" className="right">
                {t("ledger.since_fix")}
              </th>
            </tr>
          </thead>
          <tbody>
            {(answer.timeline?.steps ?? []).map((step, i) => (
              <tr key={`${step.entry_no}-${step.what}-${i}`} data-step={step.what}>
                <td className="number">{clockTime(Number(step.at_us ?? 0) / 1000)}</td>
                <td>{stepWord(t, step.what ?? "")}</td>
                <td className="quiet">{step.who}</td>
                <td className="number right">{sinceFix(t, Number(step.ms_since_fix ?? 0))}</td>
              </tr>
            ))}
            {(answer.timeline?.steps_left_out ?? 0) > 0 && (
              <tr>
                <td colSpan={4} className="quiet">
                  {t("ledger.left_out", { n: answer.timeline?.steps_left_out })}
                </td>
              </tr>
            )}
          </tbody>
        </table>
      )}
    </LoadedView>
  );
}

const last = new Map<string, unknown>();

// The table stays while its next version is on the way.
function useKept<T>(id: string, data: T | null): T | null {
  if (data !== null) {
    last.clear();
    last.set(id, data);
  }
  return (last.get(id) as T | undefined) ?? null;
}

type T = (key: string, values?: Record<string, unknown>) => string;

function stepWord(t: T, what: string): string {
  const numbered = /^(code|escalated)_(\d+)$/.exec(what);
  if (numbered) return t(`step.${numbered[1]}`, { n: numbered[2] });
  const informed = what.startsWith("informed_") ? what.slice("informed_".length) : null;
  if (informed) return t("step.informed", { what: stepWord(t, informed) });
  return t(`step.${what}`, { defaultValue: what });
}

function sinceFix(t: T, ms: number): string {
  const sign = ms < 0 ? "−" : "+";
  const size = Math.abs(ms);
  if (size < 10_000) return t("ledger.ms", { n: `${sign}${size.toLocaleString()}` });
  return t("ledger.s", {
    n: `${sign}${(size / 1000).toLocaleString(undefined, { maximumFractionDigits: 1 })}`,
  });
}
