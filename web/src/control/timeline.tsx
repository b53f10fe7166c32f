// The strip at the bottom. Live: the last hour with its alerts, a click plays from there. Past: the scrubber,
// speed, and a way back.
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { serverNowMs } from "../kit/clock";
import { clockTime, dateTime } from "../kit/format";
import { useLive, useNow } from "../kit/surface";
import { useDesk, useDeskState, useSlowPicture } from "./desk";
import { usePlayback } from "./hooks";
import { Key } from "./parts";
import { levelOfAlert, openedMs } from "./queue-model";
import { roleOf, stepFor } from "./playback-dialog";
import { share, SPEEDS } from "./playback-clock";

const LIVE_SPAN_MS = 3_600_000;
const LEAD_MS = 120_000; // played before the moment that was clicked
const TICKS_MAX = 300;

export function Timeline() {
  const { t } = useTranslation();
  const past = usePlayback();
  return (
    <section
      className={past.clock ? "timeline past" : "timeline"}
      id="panel-4"
      tabIndex={-1}
      aria-label={t("timeline.title")}
    >
      {past.clock ? <Past /> : <Present />}
    </section>
  );
}

interface Tick {
  id: string;
  level: number;
  atMs: number;
}

function Ticks({ ticks, fromMs, toMs }: { ticks: Tick[]; fromMs: number; toMs: number }) {
  return ticks
    .slice(-TICKS_MAX)
    .map((tick) => (
      <i
        key={tick.id}
        className={`tick sev${tick.level}`}
        style={{ left: `${(100 * (tick.atMs - fromMs)) / (toMs - fromMs)}%` }}
      />
    ));
}

function Present() {
  const { t } = useTranslation();
  const desk = useDesk();
  const { picture } = useLive();
  const { alertId, personId } = useDeskState();
  useSlowPicture(2000, true);
  useNow(1000);
  const toMs = serverNowMs();
  const fromMs = toMs - LIVE_SPAN_MS;
  const ticks: Tick[] = [];
  for (const { alert } of picture.alerts.values()) {
    const atMs = openedMs(alert);
    if (atMs >= fromMs) ticks.push({ id: alert.id ?? "", level: levelOfAlert(alert), atMs });
  }
  const alert = alertId ? picture.alerts.get(alertId)?.alert : undefined;
  const play = (atMs: number) => {
    const chosen = personId
      ? [personId]
      : [alert?.wearer_id, alert?.protected_id].filter((id): id is string => Boolean(id));
    const span = { fromMs: atMs - LEAD_MS, toMs: serverNowMs() };
    desk.playback.roleOf = roleOf(picture);
    desk.playback.start(
      { ...span, personIds: chosen, stepS: stepFor(span.toMs - span.fromMs, chosen.length === 0) },
      atMs,
    );
    desk.playback.toggle();
  };
  return (
    <>
      <button
        type="button"
        className="button small"
        onClick={() => desk.set({ dialog: { kind: "playback" } })}
      >
        {t("playback.open")} <Key command="play" />
      </button>
      {alert && (
        <button type="button" className="button small" onClick={() => play(openedMs(alert))}>
          {t("playback.this_alert")}
        </button>
      )}
      <div
        className="track"
        aria-hidden="true"
        onClick={(event) => {
          const box = event.currentTarget.getBoundingClientRect();
          play(fromMs + ((event.clientX - box.left) / box.width) * LIVE_SPAN_MS);
        }}
      >
        <Ticks ticks={ticks} fromMs={fromMs} toMs={toMs} />
        <span className="track-label left">{clockTime(fromMs).slice(0, 5)}</span>
        <span className="track-label right">{t("timeline.now")}</span>
      </div>
      <b className="live-word">{t("timeline.live")}</b>
    </>
  );
}

function Past() {
  const { t } = useTranslation();
  const desk = useDesk();
  const past = usePlayback();
  const { clock } = past;
  const ticks = useMemo(
    () =>
      past.alerts.flatMap(({ alert }): Tick[] =>
        alert ? [{ id: alert.id ?? "", level: levelOfAlert(alert), atMs: openedMs(alert) }] : [],
      ),
    [past.alerts],
  );
  if (!clock) return null;
  return (
    <>
      <button
        type="button"
        className="button small"
        onClick={() => desk.playback.step(-10_000)}
        aria-label={t("playback.back")}
      >
        −10 <Key command="back" />
      </button>
      <button type="button" className="button small primary" onClick={() => desk.playback.toggle()}>
        {clock.playing ? t("playback.pause") : t("playback.play")} <Key command="play" />
      </button>
      <button
        type="button"
        className="button small"
        onClick={() => desk.playback.step(10_000)}
        aria-label={t("playback.forth")}
      >
        +10 <Key command="forth" />
      </button>
      <label className="speed">
        <span className="visually-hidden">{t("playback.speed")}</span>
        <select value={clock.speed} onChange={(event) => desk.playback.setSpeed(Number(event.target.value))}>
          {SPEEDS.map((speed) => (
            <option key={speed} value={speed}>
              {t("playback.times", { n: speed })}
            </option>
          ))}
        </select>
      </label>
      <div className="track">
        <Ticks ticks={ticks} fromMs={clock.fromMs} toMs={clock.toMs} />
        <span
          className="loaded"
          style={{ width: `${loadedShare(past.loadedToMs, clock.fromMs, clock.toMs)}%` }}
        />
        <input
          type="range"
          min={clock.fromMs}
          max={clock.toMs}
          step={1000}
          value={clock.atMs}
          aria-label={t("playback.scrub")}
          aria-valuetext={dateTime(clock.atMs)}
          onChange={(event) => desk.playback.seek(Number(event.target.value))}
          style={{ "--share": `${share(clock) * 100}%` } as React.CSSProperties}
        />
      </div>
      <b className="number">{clockTime(clock.atMs)}</b>
      <button type="button" className="button small primary" onClick={() => desk.playback.stop()}>
        {t("playback.to_live")} <Key command="live" />
      </button>
    </>
  );
}

const loadedShare = (toMs: number, from: number, to: number): number =>
  Math.max(0, Math.min(100, (100 * (toMs - from)) / (to - from)));

// Across the whole screen while the past is played: what is seen is not the present.
export function PastBanner() {
  const { t } = useTranslation();
  const past = usePlayback();
  if (!past.clock) return null;
  return (
    <div className="past-banner" data-past>
      <strong>{t("playback.banner", { time: dateTime(Math.floor(past.clock.atMs / 1000) * 1000) })}</strong>
      {past.loading && <span>{t("playback.loading", { time: clockTime(past.loadedToMs) })}</span>}
      {past.full && <span>{t("playback.full", { time: clockTime(past.loadedToMs) })}</span>}
      {past.failure && (
        <span>
          {past.failure.status === 403
            ? t("state.forbidden", { what: t("playback.what"), reason: past.failure.reason })
            : `${t("state.failed", { what: t("playback.what") })} ${past.failure.reason}`}
        </span>
      )}
      {!past.loading && !past.failure && past.points === 0 && <span>{t("playback.nothing")}</span>}
    </div>
  );
}
