// The open call: what it is, its two destinations with who goes there and who could, and what may be done.
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../kit/api";
import { Age, Empty, Severity, Stopwatch } from "../kit/chrome";
import { dateTime, distance } from "../kit/format";
import { language } from "../kit/words";
import { useLink, useNow, usePicture } from "../kit/surface";
import { CommonPicture } from "./common-picture";
import { type Target, useDesk, useDeskState } from "./desk";
import { MapPane } from "./map-pane";
import { bare, distanceKnown, type Errand, errandsOf, isActive, isClosed, isUncovered, newestProximity, nextStatuses, stagesOf, us } from "./model";
import { Between, Eta, Key, Stages, useTimeline } from "./parts";
import { patience } from "./rest";
import type { Assignment, Call, Proposal, TimelineStep, UnitStatus } from "./types";

export function CallPanel() {
  const { t } = useTranslation();
  const picture = usePicture();
  const desk = useDesk();
  const { callId, view } = useDeskState();
  const call = callId ? picture.calls.get(callId) : undefined;
  const first = call?.alert_ids?.[0] ?? null;
  const stamp = `${(call?.assignments ?? []).map((one) => `${one.unit_id}${one.status}`).join()}|${call?.state}`;
  const { steps } = useTimeline(first, stamp);
  return (
    <section className="centre" id="panel-2" tabIndex={-1} aria-label={t("call.title")}>
      {callId && !call && <Empty title={t("call.gone", { call: callId })}><p>{t("call.gone_why")}</p></Empty>}
      {call && <Head call={call} steps={steps ?? []} />}
      {call && (
        <div className="errands">
          {errandsOf(call).map((one) => (
            <ErrandCard key={`${one.target}/${one.personId}`} call={call} errand={one} steps={steps ?? []} />
          ))}
        </div>
      )}
      <div className="view-tabs" role="group" aria-label={t("view.title")}>
        {(["map", "picture"] as const).map((name) => (
          <button key={name} type="button" className="button small" aria-pressed={view === name} disabled={name === "picture" && !call} onClick={() => desk.set({ view: name })}>
            {t(`view.${name}`)} <Key name={name === "map" ? "Z" : "C"} />
          </button>
        ))}
        {!call && <span className="quiet">{t("call.choose")}</span>}
      </div>
      <div className="view">{view === "picture" && call ? <CommonPicture call={call} /> : <MapPane call={call} />}</div>
    </section>
  );
}

function Head({ call, steps }: { call: Call; steps: readonly TimelineStep[] }) {
  const { t } = useTranslation();
  const desk = useDesk();
  const picture = usePicture();
  const link = useLink();
  const closed = isClosed(call);
  const alerts = (call.alert_ids ?? []).flatMap((id) => picture.alerts.get(id)?.alert ?? []);
  const sentence = language() === "ko" ? call.sentence_ko : call.sentence_en;
  return (
    <header className="call-head">
      <div className="call-line">
        <Severity code={call.code} />
        <h2>{t(`kit:alert_kind.${bare(call.alert_kind, "ALERT_KIND_")}`, { defaultValue: call.alert_kind ?? "" })}</h2>
        <span className="quiet number">{call.id}</span>
        <span className="grow" />
        {!closed && <Stopwatch sinceMs={us(call.opened_at_us) / 1000} />}
        {closed ? (
          <span className="chip">{t("kit:call_state.CLOSED")}</span>
        ) : (
          <button type="button" className="button small" onClick={() => desk.set({ dialog: "close" })} disabled={link.state !== "live"}>
            {t("close.button")} <Key name="X" />
          </button>
        )}
      </div>
      <p className="call-line">
        {!closed && call.wearer_id && call.protected_id && <Between proximity={newestProximity(call, alerts)} />}
        {sentence && <span className="sentence quiet" title={sentence}>{t("call.when_raised", { sentence })}</span>}
      </p>
      {call.cancel_reason && !closed && (
        <div className="cancel" role="alert">
          <strong>{t("cancel.title")}</strong> <span>{t("cancel.reason", { reason: t(`cancel.why.${call.cancel_reason}`, { defaultValue: call.cancel_reason }) })}</span>{" "}
          <span>{t("cancel.advice")}</span>
        </div>
      )}
      {us(call.condition_cleared_at_us) > 0 && !closed && (
        <p className="condition-over">{t("call.condition_over", { time: dateTime(us(call.condition_cleared_at_us) / 1000) })}</p>
      )}
      <Stages stages={stagesOf(call, steps)} ended={closed} />
    </header>
  );
}

function ErrandCard({ call, errand, steps }: { call: Call; errand: Errand; steps: readonly TimelineStep[] }) {
  const { t } = useTranslation();
  const name = bare(errand.target, "TARGET_");
  const bareOne = isUncovered(call, errand);
  return (
    <article className={`errand ${bareOne ? "uncovered" : ""}`} data-target={name} aria-label={t(`errand.to.${name}`)}>
      <header>
        <span className="role-shape" aria-hidden="true">{name === "WEARER" ? "▲" : "◆"}</span>
        <h3>{t(`errand.to.${name}`)}</h3>
        <span className="number">{errand.personId}</span>
        <PersonName id={errand.personId} />
      </header>
      {!isClosed(call) && <Whereabouts errand={errand} />}
      {bareOne && <p className="problem">{call.unit_missing ? t("errand.no_unit_found") : t("errand.nobody")}</p>}
      <ul className="sent">
        {errand.assigned.map((one, i) => (
          <Sent key={`${one.unit_id}/${i}`} call={call} one={one} steps={steps} />
        ))}
      </ul>
      {!isClosed(call) && <Proposals call={call} errand={errand} />}
    </article>
  );
}

// Where the person is: of the live track when there is one, else of the call, each with its own age and error.
function Whereabouts({ errand }: { errand: Errand }) {
  const { t } = useTranslation();
  const picture = usePicture();
  useNow(1000); // places change without a change of the picture
  const track = picture.tracks.track(errand.personId);
  const told = errand.destination;
  if (track) {
    const source = ["", "GNSS", "WIFI", "CELL", "BEACON"][track.source];
    return (
      <p className="whereabouts">
        {t("errand.place")} <Age atMs={track.fixedAtMs} staleAfterS={track.staleAfterS} />
        {track.accuracyM > 0 && <span className="number"> ±{distance(track.accuracyM)}</span>}
        {source && <span className="quiet"> · {t(`kit:source.${source}`)}</span>}
        {track.coarse && <span className="mark"> {t("told.coarse")}</span>}
        {track.stored && <span className="quiet"> · {t("errand.stored")}</span>}
        {track.batteryPercent !== null && track.batteryPercent <= 20 && <span className="problem"> · {t("errand.battery", { n: track.batteryPercent })}</span>}
      </p>
    );
  }
  if (!told?.place) return <p className="whereabouts problem">{t("errand.no_place")}</p>;
  return (
    <p className="whereabouts">
      {t("errand.place")} <Age atMs={us(told.fixed_at_us) / 1000} staleAfterS={60} />
      {(told.accuracy_mm ?? 0) > 0 && <span className="number"> ±{distance((told.accuracy_mm ?? 0) / 1000)}</span>}
    </p>
  );
}

function Sent({ call, one, steps }: { call: Call; one: Assignment; steps: readonly TimelineStep[] }) {
  const { t } = useTranslation();
  const desk = useDesk();
  const link = useLink();
  const { unitId, busy, awaiting } = useDeskState();
  const id = one.unit_id ?? "";
  const next = isClosed(call) ? [] : nextStatuses(one);
  const chosen = unitId === id;
  return (
    <li className={`${isActive(one) ? "" : "over"} ${chosen ? "chosen" : ""}`} data-unit={id}>
      <div className="sent-line">
        <button type="button" className="unit-name" aria-pressed={chosen} onClick={() => desk.set({ unitId: chosen ? null : id, awaiting: null })}>
          {desk.nameOf(id)}
        </button>
        <span className={`status-chip st-${bare(one.status, "UNIT_STATUS_")}`}>{t(`kit:unit_status.${bare(one.status, "UNIT_STATUS_")}`)}</span>
        {one.by_policy && <span className="mark" title={t("errand.automatic_why")}>{t("errand.automatic")}</span>}
        {isActive(one) && !isClosed(call) && us(one.arrived_at_us) === 0 && <span className="eta"><span className="visually-hidden">{t("eta.label")}</span> <Eta seconds={one.eta_s} /></span>}
        <span className="grow" />
        {isActive(one) && !isClosed(call) && (
          <select
            className="status-select" value="" aria-label={t("status.of", { unit: desk.nameOf(id) })} disabled={busy !== null || link.state !== "live"}
            onChange={(event) => {
              const to = event.target.value as UnitStatus;
              if (to) void desk.status(id, call.id ?? "", to);
            }}
          >
            <option value="">{awaiting === "status" && chosen ? t("status.press") : t("status.set")}</option>
            {next.map((status) => (
              <option key={status} value={status}>{t(`kit:unit_status.${bare(status, "UNIT_STATUS_")}`)}</option>
            ))}
            {us(one.arrived_at_us) === 0 && <option value="UNIT_STATUS_AVAILABLE">{t("status.take_off")}</option>}
          </select>
        )}
      </div>
      <Stages stages={stagesOf(call, steps, id)} ended={!isActive(one) || isClosed(call)} compact />
    </li>
  );
}

function Proposals({ call, errand }: { call: Call; errand: Errand }) {
  const { t } = useTranslation();
  const link = useLink();
  const desk = useDesk();
  const { busy } = useDeskState();
  const name = bare(errand.target, "TARGET_");
  if (errand.proposed.length === 0) return <p className="quiet proposals-none">{t("proposal.none")}</p>;
  const send = (one: Proposal) => void desk.send(call.id ?? "", one.unit_id ?? "", errand.target as Target);
  return (
    <ol className="proposals" aria-label={t("proposal.title")}>
      {errand.proposed.slice(0, 3).map((one, i) => {
        const unit = desk.nameOf(one.unit_id ?? "");
        return (
          <li key={one.unit_id}>
            <span className="rank number" aria-hidden="true">{i + 1}</span>
            <span className="unit-plain">{unit}</span>
            {distanceKnown(one) ? (
              <span className="quiet"><Eta seconds={one.eta_s} /> · <span className="number">{distance(us(one.distance_mm) / 1000)}</span></span>
            ) : (
              <span className="quiet">{t("proposal.no_place")}</span>
            )}
            <span className="grow" />
            <button
              type="button" className={`button small ${i === 0 && isUncovered(call, errand) ? "primary" : ""}`} data-proposal={i}
              disabled={busy !== null || link.state !== "live"} onClick={() => send(one)}
              aria-label={t("proposal.send_long", { unit, to: t(`kit:target.${name}`) })}
            >
              {t("proposal.send")}
            </button>
          </li>
        );
      })}
    </ol>
  );
}

// A name is asked for one person at a time, by hand: every look is recorded.
function PersonName({ id }: { id: string }) {
  const { t } = useTranslation();
  const [held, setHeld] = useState<{ id: string; text: string } | null>(null);
  const [asking, setAsking] = useState(false);
  if (held?.id === id) return <span className="person-name" role="status">{held.text}</span>;
  const ask = async () => {
    setAsking(true);
    try {
      const { data, response } = await api.GET("/api/v1/persons/{id}", { params: { path: { id }, query: { show: "phone" } }, signal: patience() });
      const record = data?.record;
      const rule = record?.contact_rule ? t("person.contact", { rule: record.contact_rule }) : "";
      const text = data ? [record?.name || t("person.nothing"), record?.phone, rule].filter(Boolean).join(" · ") : t(response.status === 403 ? "person.forbidden" : "person.failed");
      setHeld({ id, text });
    } catch {
      setHeld({ id, text: t("person.failed") });
    }
    setAsking(false);
  };
  return (
    <button type="button" className="button small person-ask" disabled={asking} onClick={() => void ask()} title={t("person.logged")}>
      {t("person.ask")}
    </button>
  );
}
