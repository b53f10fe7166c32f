// The list of calls, gravest and longest waiting first; below it what other stations run and this one was told of. A call counts
// as shown when its row really is on a page that somebody can see.
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Age, Empty, Severity, Stopwatch } from "../kit/chrome";
import { clockTime } from "../kit/format";
import { useLive, useNow, usePicture } from "../kit/surface";
import { useDesk, useDeskState } from "./desk";
import { bare, byUrgency, currentStage, isActive, isClosed, newestProximity, standing, stagesOf, type Told, toldOnly, us } from "./model";
import { Between, Eta } from "./parts";
import type { Call } from "./types";

export function Calls() {
  const { t } = useTranslation();
  const picture = usePicture();
  const desk = useDesk();
  const { list } = useDeskState();
  const calls = [...picture.calls.values()].sort(byUrgency);
  const open = calls.filter((call) => !isClosed(call));
  const closed = calls.filter(isClosed);
  const told = toldOnly(picture.incidents, picture.alerts.values(), calls, picture.handOffs.values());
  const shown = list === "open" ? open : closed;
  return (
    <section className="calls panel" id="panel-1" tabIndex={-1} aria-label={t("calls.title")}>
      <header className="panel-head">
        <h2>{t("calls.title")}</h2>
        <div className="segments" role="group" aria-label={t("calls.which")}>
          {(["open", "closed"] as const).map((name) => (
            <button key={name} type="button" className="button small" aria-pressed={list === name} onClick={() => desk.set({ list: name })}>
              {t(`calls.${name}`)} <b className="number">{name === "open" ? open.length : closed.length}</b>
            </button>
          ))}
        </div>
      </header>
      <div className="scroll">
        {!picture.loaded ? (
          <p className="empty" role="status">{t("calls.loading")}</p>
        ) : shown.length === 0 ? (
          list === "open" ? <NoCalls last={closed[0]} /> : <Empty title={t("calls.none_closed")} />
        ) : (
          <ul className="call-list">
            {shown.map((call) => (
              <Row key={call.id} call={call} />
            ))}
          </ul>
        )}
        {list === "open" && told.length > 0 && <ToldList told={told} />}
      </div>
    </section>
  );
}

function NoCalls({ last }: { last: Call | undefined }) {
  const { t } = useTranslation();
  const picture = usePicture();
  const free = [...picture.units.values()].filter((unit) => unit.status === "UNIT_STATUS_AVAILABLE").length;
  return (
    <Empty title={t("calls.none")}>
      <p>{t("calls.none_why")}</p>
      <p>{last ? t("calls.last_closed", { time: clockTime(us(last.closed_at_us) / 1000) }) : t("calls.none_today")}</p>
      <p>{t("calls.free_units", { n: free })}</p>
    </Empty>
  );
}

function Row({ call }: { call: Call }) {
  const { t } = useTranslation();
  const picture = usePicture();
  const desk = useDesk();
  const { callId, seen } = useDeskState();
  const row = useRef<HTMLLIElement>(null);
  useShown(row, call);
  const id = call.id ?? "";
  const closed = isClosed(call);
  const active = (call.assignments ?? []).filter(isActive);
  const stage = currentStage(stagesOf(call));
  const alarms = standing(picture).filter((alarm) => alarm.call?.id === id);
  const alerts = (call.alert_ids ?? []).flatMap((alertId) => picture.alerts.get(alertId)?.alert ?? []);
  const marks = [
    ...alarms.map((alarm) => ({ key: alarm.kind ?? "", grave: true, text: t(`kit:alarm_kind.${bare(alarm.kind, "ALARM_KIND_")}`) })),
    ...(call.cancel_reason && !closed ? [{ key: "cancel", grave: true, text: t("calls.cancel_asked") }] : []),
    ...(us(call.condition_cleared_at_us) > 0 && !closed ? [{ key: "over", grave: false, text: t("calls.condition_over") }] : []),
  ];
  const fresh = !closed && !seen.has(id);
  return (
    <li ref={row} className={`call-row sev-edge-${Math.min(3, call.code ?? 0)} ${alarms.length > 0 ? "alarmed" : ""} ${closed ? "over" : ""}`} data-call={id}>
      <button type="button" aria-current={callId === id} onClick={() => desk.open(id)} onDoubleClick={() => document.getElementById("panel-2")?.focus()}>
        <span className="row-top">
          <Severity code={call.code} />
          <strong className="row-kind">{t(`kit:alert_kind.${bare(call.alert_kind, "ALERT_KIND_")}`, { defaultValue: call.alert_kind ?? "" })}</strong>
          {fresh && <span className="new-mark">{t("calls.new")}</span>}
          {!closed && <Stopwatch sinceMs={us(call.opened_at_us) / 1000} />}
        </span>
        <span className="row-mid">
          <span>{call.wearer_id || t("calls.no_wearer")}{call.protected_id ? ` → ${call.protected_id}` : ""}</span>
        </span>
        {!closed && call.protected_id && call.wearer_id && <span className="row-mid"><Between proximity={newestProximity(call, alerts)} /></span>}
        <span className="row-low">
          <span className={`stage-chip s-${stage.name}`}>{t(`kit:call_state.${bare(call.state, "CALL_STATE_")}`)}</span>
          {active.length === 0 && !closed && <span className="none-sent">{t("calls.nobody")}</span>}
          {active.map((one) => (
            <span key={one.unit_id} className="row-unit">
              {desk.nameOf(one.unit_id ?? "")}
              <span className="to"> → {t(`errand.short.${bare(one.target, "TARGET_")}`, { defaultValue: "" })}</span>
              {!closed && us(one.arrived_at_us) === 0 && (one.eta_s ?? 0) > 0 && <> · <Eta seconds={one.eta_s} /></>}
            </span>
          ))}
          {closed && <span className="quiet">{clockTime(us(call.closed_at_us) / 1000)} · {call.disposition ? t(`disposition.${call.disposition}`, { defaultValue: call.disposition }) : t("close.by_units")}</span>}
        </span>
        {marks.length > 0 && (
          <span className="row-marks">
            {marks.map((mark) => (
              <span key={mark.key} className={mark.grave ? "mark grave" : "mark"}>{mark.grave && <span aria-hidden="true">! </span>}{mark.text}</span>
            ))}
          </span>
        )}
      </button>
    </li>
  );
}

const SEEN_PART = 0.6;

// Tells the server once per alert of the call, as soon as the row is on a visible page and the line stands.
function useShown(row: React.RefObject<HTMLLIElement | null>, call: Call): void {
  const { socket, picture } = useLive();
  const told = useRef(new Set<string>());
  const latest = useRef(call);
  latest.current = call;
  const alerts = (call.alert_ids ?? []).join();
  useEffect(() => {
    const element = row.current;
    if (!element || isClosed(call)) return;
    let inSight = false;
    const tell = () => {
      if (!inSight || document.visibilityState !== "visible") return;
      for (const id of latest.current.alert_ids ?? []) {
        if (told.current.has(id) || !picture.alerts.has(id)) continue;
        if (socket.send({ shown: { alert_id: id } })) told.current.add(id);
      }
    };
    const watch = new IntersectionObserver(([entry]) => {
      inSight = (entry?.intersectionRatio ?? 0) >= SEEN_PART;
      // Painted, not only laid out.
      requestAnimationFrame(() => requestAnimationFrame(tell));
    }, { threshold: SEEN_PART });
    watch.observe(element);
    document.addEventListener("visibilitychange", tell);
    const again = picture.subscribe(tell); // an alert may follow its call, or the line may have been down
    return () => {
      watch.disconnect();
      document.removeEventListener("visibilitychange", tell);
      again();
    };
  }, [row, alerts, socket, picture, isClosed(call)]);
}

function ToldList({ told }: { told: Told[] }) {
  const { t } = useTranslation();
  const { picture } = useLive();
  useNow(1000); // places change without a change of the picture
  return (
    <section className="told" aria-label={t("told.title")}>
      <h3>{t("told.title")}</h3>
      <p className="quiet">{t("told.why")}</p>
      <ul>
        {told.map((one) => {
          const first = one.alerts[0];
          const track = picture.tracks.track(first?.wearer_id ?? "");
          return (
            <li key={one.incidentId} className={`told-row sev-edge-${Math.min(3, one.code)}`}>
              <span className="row-top">
                <Severity code={one.code} compact /> <strong>{t(`kit:alert_kind.${bare(first?.kind, "ALERT_KIND_")}`)}</strong>
                <span className="mark">{t("told.mark")}</span>
              </span>
              <span className="row-mid">{first?.wearer_id}{first?.protected_id ? ` → ${first.protected_id}` : ""}</span>
              <span className="row-low quiet">
                {clockTime(one.openedAtMs)} · {t("told.coarse")}
                {track && <> · <Age atMs={track.fixedAtMs} staleAfterS={track.staleAfterS} /></>}
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
