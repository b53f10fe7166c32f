// What must be heard and seen without a click: critical alerts nobody has taken, and alarms about the work
// itself.
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Alert } from "../kit/api";
import { Severity, Stopwatch } from "../kit/chrome";
import { useLink, useLive } from "../kit/surface";
import { byKind, standing } from "./alarm-model";
import { useDesk, useDeskState, useSlowPicture } from "./desk";
import { usePlayback } from "./hooks";
import { bare, sentenceOf } from "./parts";
import { compare, isNew, isOver, levelOfAlert, openedMs, rings } from "./queue-model";

const STRIP_MAX = 3;
const STATUS_EVERY_MS = 5000;

export function Notices() {
  return (
    <div className="notices">
      <Critical />
      <WorkAlarms />
      <Messages />
      <Announcer />
    </div>
  );
}

// While the alert's row may be scrolled away, or the past is being played, this strip stays.
function Critical() {
  const { t } = useTranslation();
  const desk = useDesk();
  const { alertId } = useDeskState();
  const past = usePlayback();
  const picture = useSlowPicture(250);
  const waiting = [...picture.alerts.values()]
    .map((entry) => entry.alert)
    .filter((alert) => !isOver(alert) && rings(alert));
  waiting.sort(compare);
  const newestFirst = [...waiting].sort((a, b) => openedMs(b) - openedMs(a));
  const newest = newestFirst[0];
  // Read out once per alert: the stopwatch beside it is hidden from screen readers.
  return (
    <div role="alert" aria-atomic="false" className="critical-strip">
      {newest && (
        <span className="visually-hidden" key={newest.id}>
          {t("notice.critical", { sentence: sentenceOf(newest) })}
        </span>
      )}
      {newestFirst.slice(0, STRIP_MAX).map((alert) => (
        <div key={alert.id} className="critical" data-critical={alert.id}>
          <Severity code={alert.code} />
          <span className="critical-text" aria-hidden={alert === newest ? true : undefined}>
            <b>{t(`kit:alert_kind.${bare(alert.kind, "ALERT_KIND_")}`)}</b> {sentenceOf(alert)}
          </span>
          <Stopwatch sinceMs={openedMs(alert)} />
          {(alertId !== alert.id || past.clock) && (
            <button
              type="button"
              className="button small"
              onClick={() => {
                desk.playback.stop();
                desk.open(alert.id ?? null);
              }}
            >
              {past.clock ? t("notice.back_and_open") : t("notice.open")}
            </button>
          )}
        </div>
      ))}
      {newestFirst.length > STRIP_MAX && (
        <p className="critical-more">{t("notice.more", { n: newestFirst.length - STRIP_MAX })}</p>
      )}
    </div>
  );
}

function WorkAlarms() {
  const { t } = useTranslation();
  const desk = useDesk();
  const picture = useSlowPicture();
  const [seen, setSeen] = useState<ReadonlySet<string>>(new Set());
  const alarms = standing(picture.alarms, picture).filter((alarm) => !seen.has(alarm.id ?? ""));
  const last = useRef("");
  const newest = alarms[0]?.id ?? "";
  useEffect(() => {
    if (newest && newest !== last.current) desk.sound.work();
    last.current = newest;
  }, [newest, desk]);
  if (alarms.length === 0) return null;
  const alertOf = (alarm: (typeof alarms)[number]): Alert | undefined => {
    if (alarm.alert_id) return picture.alerts.get(alarm.alert_id)?.alert;
    const open = [...picture.alerts.values()]
      .map((entry) => entry.alert)
      .filter((alert) => alert.incident_id === alarm.incident_id);
    return open.sort(compare)[0];
  };
  const groups = byKind(alarms, (alarm) => alertOf(alarm)?.code ?? 9);
  return (
    <>
      <p className="visually-hidden" role="alert">
        {t("alarm.spoken", { kind: t(`kit:alarm_kind.${bare(alarms[0]?.kind, "ALARM_KIND_")}`) })}
      </p>
      <ul className="alarms" aria-label={t("alarm.title")}>
        {groups.map(({ kind, worst, count }) => {
          const alert = alertOf(worst);
          return (
            <li key={kind} data-alarm={kind}>
              <span aria-hidden="true">⚠</span>
              <b>{t(`kit:alarm_kind.${bare(kind, "ALARM_KIND_")}`)}</b>
              <span>
                {t("alarm.what", { who: worst.person_id || worst.agency_id || alert?.wearer_id || worst.incident_id || "" })}
              </span>
              {kind === "ALARM_KIND_DISK_FILLING" && <span>{t("alarm.days_left", { n: worst.days_left ?? 0 })}</span>}
              <Stopwatch sinceMs={Number(worst.raised_at_us ?? 0) / 1000} />
              {count > 1 && <span className="quiet">{t("notice.more", { n: count - 1 })}</span>}
              {alert && (
                <button type="button" className="button small" onClick={() => desk.open(alert.id ?? null)}>
                  {t("notice.open")}
                </button>
              )}
              {kind !== "ALARM_KIND_NOT_ACKNOWLEDGED" && (
                <button
                  type="button"
                  className="button small"
                  onClick={() => setSeen(new Set([...seen, worst.id ?? ""]))}
                >
                  {t("alarm.seen")}
                </button>
              )}
            </li>
          );
        })}
      </ul>
    </>
  );
}

function Messages() {
  const { t } = useTranslation();
  const desk = useDesk();
  const { messages } = useDeskState();
  return (
    <div className="messages" role="status">
      {messages.map((message) => (
        <p key={message.id} className={message.tone}>
          <span>{t(message.key, message.values)}</span>
          <button type="button" className="button small" onClick={() => desk.hush(message.id)}>
            {t("kit:close")}
          </button>
        </p>
      ))}
    </div>
  );
}

// Lesser alerts are read out together, at most every five seconds.
function Announcer() {
  const { t } = useTranslation();
  const { picture } = useLive();
  const desk = useDesk();
  const link = useLink();
  const [text, setText] = useState("");
  useEffect(() => {
    let waiting = 0;
    let kind = "";
    let timer: ReturnType<typeof setTimeout> | undefined;
    picture.onRaised = (alert) => {
      const level = levelOfAlert(alert);
      if (level === 1) desk.sound.alert();
      if (level === 0) return;
      waiting += 1;
      kind = bare(alert.kind, "ALERT_KIND_");
      timer ??= setTimeout(() => {
        timer = undefined;
        setText(
          waiting === 1
            ? t("notice.one", { kind: t(`kit:alert_kind.${kind}`) })
            : t("notice.several", { n: waiting }),
        );
        waiting = 0;
      }, STATUS_EVERY_MS);
    };
    return () => {
      picture.onRaised = null;
      clearTimeout(timer);
    };
  }, [picture, desk, t]);
  // The ringing follows the picture, not the messages: it must survive a reload and stop with the
  // acknowledgement.
  useEffect(() => {
    const listen = () => {
      let critical = false;
      for (const { alert } of picture.alerts.values())
        if (!isOver(alert) && rings(alert) && isNew(alert)) critical = true;
      desk.sound.critical = critical;
    };
    listen();
    return picture.subscribe(listen);
  }, [picture, desk]);
  useEffect(() => {
    desk.sound.lost = link.state === "lost" || link.state === "refused";
  }, [link.state, desk]);
  return (
    <p className="visually-hidden" role="status">
      {text}
    </p>
  );
}
