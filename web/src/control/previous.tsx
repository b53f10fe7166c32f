// Earlier alerts of the same rule, one after the other back in time, and what became of them.
import { useTranslation } from "react-i18next";
import { type Alert, api } from "../kit/api";
import { Severity } from "../kit/chrome";
import { dateTime } from "../kit/format";
import { ApiFailure, patience, take, useLoaded } from "../kit/load";
import { bare, LoadedView } from "./parts";
import { openedMs } from "./queue-model";

const BACK_MAX = 8;

async function chain(first: string): Promise<{ alerts: Alert[]; more: boolean }> {
  const alerts: Alert[] = [];
  let id = first;
  while (id && alerts.length < BACK_MAX) {
    try {
      const answer = await take(
        api.GET("/api/v1/alerts/{id}", { params: { path: { id } }, signal: patience() }),
      );
      if (!answer.alert?.alert) break;
      alerts.push(answer.alert.alert);
      id = answer.alert.alert.previous_alert_id ?? "";
    } catch (error) {
      // Old ones are no longer kept at hand.
      if (error instanceof ApiFailure && error.status === 404) return { alerts, more: true };
      throw error;
    }
  }
  return { alerts, more: id !== "" };
}

export function Previous({ alert }: { alert: Alert }) {
  const { t } = useTranslation();
  const first = alert.previous_alert_id ?? "";
  const loaded = useLoaded(first ? `previous/${first}` : null, () => chain(first));
  if (!first) return <p className="quiet">{t("previous.none")}</p>;
  return (
    <LoadedView what={t("incident.section.previous")} loaded={loaded}>
      {({ alerts, more }) => (
        <>
          <ul className="contacts">
            {alerts.map((one) => (
              <li key={one.id}>
                <Severity code={one.code} compact />
                <span>
                  {t(`kit:alert_kind.${bare(one.kind, "ALERT_KIND_")}`)} · {dateTime(openedMs(one))}
                  <em>
                    {t(`kit:handling.${bare(one.handling, "ALERT_HANDLING_") || "NEW"}`)}
                    {one.reason_code &&
                      ` · ${t(`outcome.${one.reason_code}`, { defaultValue: one.reason_code })}`}
                    {one.handled_by && ` · ${one.handled_by}`}
                  </em>
                </span>
              </li>
            ))}
          </ul>
          {more && <p className="quiet">{t("previous.more")}</p>}
        </>
      )}
    </LoadedView>
  );
}
