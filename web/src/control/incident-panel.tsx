// One incident, or one person: what happens, to whom, how old every statement is, under which order, who was
// told and who is on the way, and what may be done next.
import { lazy, Suspense, useDeferredValue, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Alert } from "../kit/api";
import { Empty, Severity, Stopwatch } from "../kit/chrome";
import { clockTime } from "../kit/format";
import { useDesk, useDeskState, useSlowPicture } from "./desk";
import { Actions } from "./actions";
import { Contacts } from "./contacts";
import { Devices } from "./devices";
import { HandOffs, Units } from "./hand-offs";
import { LedgerTable } from "./ledger";
import { Legal } from "./legal";
import { bare, sentenceOf } from "./parts";
import { PersonCard } from "./person-card";
import { Previous } from "./previous";
import { openedMs } from "./queue-model";
import { Approach, useProximity } from "./proximity";

const DistancePlot = lazy(() => import("./distance-plot"));

const SECTIONS = ["timeline", "plot", "contacts", "devices", "previous"] as const;
type Section = (typeof SECTIONS)[number];

export function IncidentPanel() {
  const { t } = useTranslation();
  // The row is marked at once; what stands here follows in small pieces, so that neither holds the other up.
  const state = useDeskState();
  const alertId = useDeferredValue(state.alertId);
  const personId = useDeferredValue(state.personId);
  const picture = useSlowPicture(500, true);
  const entry = alertId ? picture.alerts.get(alertId) : undefined;
  const inIncident =
    personId !== null &&
    entry !== undefined &&
    [entry.alert.wearer_id, entry.alert.protected_id].includes(personId);
  const content =
    personId && !inIncident ? (
      <OnePerson personId={personId} />
    ) : entry ? (
      <OneIncident alert={entry.alert} key={entry.alert.incident_id || entry.alert.id} />
    ) : (
      <Empty title={t("incident.none")}>
        <p>{t("incident.none_advice")}</p>
      </Empty>
    );
  return (
    <aside className="incident" id="panel-3" tabIndex={-1} aria-label={t("incident.title")}>
      {content}
    </aside>
  );
}

function OneIncident({ alert }: { alert: Alert }) {
  const { t } = useTranslation();
  const desk = useDesk();
  const picture = useSlowPicture(500, true);
  const [section, setSection] = useState<Section>("timeline");
  const incidentId = alert.incident_id ?? "";
  const incident = picture.incidents.get(incidentId);
  const proximity = useProximity(incidentId);
  desk.distances = { incidentId, points: proximity.data?.points ?? [] };
  const siblings = [...picture.alerts.values()]
    .map((entry) => entry.alert)
    .filter((other) => incidentId !== "" && other.incident_id === incidentId && other.id !== alert.id);
  useEffect(() => setSection("timeline"), [incidentId]);
  return (
    <>
      <div className="panel-head">
        <h2 title={incidentId}>{incidentId || alert.id}</h2>
        <Severity code={alert.code} />
      </div>
      <div className="incident-body">
        <p className="situation">{sentenceOf(alert)}</p>
        <p className="chips">
          <span className="chip">{t(`kit:alert_kind.${bare(alert.kind, "ALERT_KIND_")}`)}</span>
          <span className="chip">
            {t(`kit:alert_state.${bare(alert.state, "ALERT_STATE_") || "ACTIVE"}`)}
          </span>
          <span className="chip">
            {t(`kit:handling.${bare(alert.handling, "ALERT_HANDLING_") || "NEW"}`)}
            {alert.handled_by && ` · ${alert.handled_by}`}
          </span>
          <span className="chip">
            {t("incident.opened", { time: clockTime(openedMs(alert)) })}{" "}
            <Stopwatch sinceMs={openedMs(alert)} />
          </span>
          {(alert.escalation ?? 0) > 0 && (
            <span className="chip waiting-chip">{t("incident.escalated", { n: alert.escalation })}</span>
          )}
          {alert.late && <span className="chip caution">{t("incident.late")}</span>}
          {alert.clock_ahead && <span className="chip caution">{t("incident.clock_ahead")}</span>}
          {alert.silent && <span className="chip caution">{t("incident.silent")}</span>}
          {alert.duress && <span className="chip caution">{t("incident.duress")}</span>}
          {Number(incident?.closed_at_us ?? 0) > 0 && (
            <span className="chip">
              {t("incident.closed", { time: clockTime(Number(incident?.closed_at_us) / 1000) })}
            </span>
          )}
        </p>
        <Approach alert={alert} series={proximity.data?.points ?? []} />
        <Actions alert={alert} />
        {siblings.length > 0 && (
          <ul className="siblings" aria-label={t("incident.siblings")}>
            {siblings.map((other) => (
              <li key={other.id}>
                <button type="button" className="link" onClick={() => desk.open(other.id ?? null)}>
                  {t(`kit:alert_kind.${bare(other.kind, "ALERT_KIND_")}`)}
                </button>
                <span className="quiet">
                  {t(`kit:handling.${bare(other.handling, "ALERT_HANDLING_") || "NEW"}`)}
                </span>
              </li>
            ))}
          </ul>
        )}
        {alert.wearer_id && <PersonCard personId={alert.wearer_id} role="wearer" />}
        {alert.protected_id && <PersonCard personId={alert.protected_id} role="protected" />}
        {(alert.uncovered_ids ?? []).map((id) => <PersonCard key={id} personId={id} role="protected" />)}
        <HandOffs incidentId={incidentId} alert={alert} />
        <Units incidentId={incidentId} />
        <Legal alert={alert} />
        <div role="tablist" className="tabs" aria-label={t("incident.sections")}>
          {SECTIONS.map((name) => (
            <button
              key={name}
              type="button"
              role="tab"
              id={`section-${name}`}
              aria-selected={section === name}
              aria-controls="section-panel"
              tabIndex={section === name ? 0 : -1}
              onClick={() => setSection(name)}
              onKeyDown={(event) => {
                const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
                if (step === 0) return;
                const to =
                  SECTIONS[(SECTIONS.indexOf(name) + step + SECTIONS.length) % SECTIONS.length] ?? "timeline";
                setSection(to);
                document.getElementById(`section-${to}`)?.focus();
              }}
            >
              {t(`incident.section.${name}`)}
            </button>
          ))}
        </div>
        <div role="tabpanel" id="section-panel" aria-labelledby={`section-${section}`} className="section">
          {section === "timeline" && <LedgerTable alertId={alert.id ?? ""} />}
          {section === "plot" && (
            <Suspense
              fallback={<p className="quiet">{t("state.loading", { what: t("incident.section.plot") })}</p>}
            >
              <DistancePlot series={proximity} />
            </Suspense>
          )}
          {section === "contacts" && <Contacts incidentId={incidentId} />}
          {section === "devices" && (
            <Devices
              personIds={[alert.wearer_id, alert.protected_id].filter((id): id is string => Boolean(id))}
            />
          )}
          {section === "previous" && <Previous alert={alert} />}
        </div>
      </div>
    </>
  );
}

function OnePerson({ personId }: { personId: string }) {
  const { t } = useTranslation();
  const desk = useDesk();
  const picture = useSlowPicture(500, true);
  const track = picture.tracks.track(personId);
  const unit = picture.units.get(personId);
  const alerts = [...picture.alerts.values()]
    .map((entry) => entry.alert)
    .filter((alert) => alert.wearer_id === personId || alert.protected_id === personId);
  return (
    <>
      <div className="panel-head">
        <h2>{unit?.unit?.call_sign || personId}</h2>
        <button type="button" className="button small" onClick={() => desk.pick(null)}>
          {t("kit:close")}
        </button>
      </div>
      <div className="incident-body">
        <PersonCard
          personId={personId}
          role={
            unit || track?.kind === "unit" ? "unit" : track?.kind === "protected" ? "protected" : "wearer"
          }
        />
        {!unit && (
          <>
            <h3>{t("person.alerts")}</h3>
            {alerts.length === 0 && <p className="quiet">{t("person.no_alerts")}</p>}
            <ul className="siblings">
              {alerts.map((alert) => (
                <li key={alert.id}>
                  <Severity code={alert.code} compact />
                  <button type="button" className="link" onClick={() => desk.open(alert.id ?? null)}>
                    {t(`kit:alert_kind.${bare(alert.kind, "ALERT_KIND_")}`)}
                  </button>
                  <span className="quiet">
                    {t(`kit:handling.${bare(alert.handling, "ALERT_HANDLING_") || "NEW"}`)}
                  </span>
                </li>
              ))}
            </ul>
            <Legal personId={personId} />
            <h3>{t("incident.section.devices")}</h3>
            <Devices personIds={[personId]} />
          </>
        )}
      </div>
    </>
  );
}
