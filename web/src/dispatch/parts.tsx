// Small parts of the desk: stage clocks, the two persons' distance, a key's name, a unit's name, loading something once.
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../kit/api";
import { Age } from "../kit/chrome";
import { serverNowMs } from "../kit/clock";
import { clockTime, distance, speed, stopwatch } from "../kit/format";
import { useLink, useNow } from "../kit/surface";
import { currentStage, type Stage, us } from "./model";
import { patience } from "./rest";
import type { Call, TimelineStep } from "./types";

export const Key = ({ name }: { name: string }) => (
  <kbd aria-hidden="true">{name}</kbd>
);

// The four stages with the time each took; the newest one runs.
export function Stages({ stages, ended, compact }: { stages: readonly Stage[]; ended?: boolean; compact?: boolean }) {
  const { t } = useTranslation();
  useNow(1000);
  const now = currentStage(stages);
  return (
    <ol className={compact ? "stages compact" : "stages"}>
      {(compact ? stages.slice(1) : stages).map((stage) => {
        const from = stages[stages.indexOf(stage) - 1]?.atMs ?? 0;
        const running = stage === now && !ended && stage.atMs > 0;
        return (
          <li key={stage.name} className={stage.reached ? (stage === now ? "reached now" : "reached") : "ahead"}>
            <span className="stage-name">
              {t(`stage.${stage.name}`)}
              {!stage.reached && <span className="visually-hidden"> {t("stage.not_yet")}</span>}
            </span>
            {!compact && <span className="stage-at number">{stage.atMs > 0 ? clockTime(stage.atMs) : stage.reached ? t("stage.no_time") : "–"}</span>}
            <span className="stage-took number" aria-hidden={running}>
              {running ? stopwatch(serverNowMs() - stage.atMs) : stage.atMs > 0 && from > 0 ? `+${stopwatch(stage.atMs - from)}` : ""}
            </span>
          </li>
        );
      })}
    </ol>
  );
}

// Distance between the two persons, as the server last said it, with its error and age.
export function Between({ proximity }: { proximity: Call["proximity"] | null }) {
  const { t } = useTranslation();
  if (!proximity) return <span className="quiet">{t("between.unknown")}</span>;
  const m = us(proximity.distance_mm) / 1000;
  const error = (proximity.sigma_mm ?? 0) / 1000;
  return (
    <span className="between">
      <strong className="number">{distance(m)}</strong>
      {error >= 1 && <span className="quiet number"> ±{distance(error)}</span>} · <Closing proximity={proximity} /> ·{" "}
      <Age atMs={us(proximity.at_us) / 1000} staleAfterS={60} />
    </span>
  );
}

function Closing({ proximity }: { proximity: NonNullable<Call["proximity"]> }) {
  const { t } = useTranslation();
  if (!proximity.closing_known) return <span>{t("between.trend_unknown")}</span>;
  const mps = (proximity.closing_mmps ?? 0) / 1000;
  const text = speed(Math.abs(mps));
  if (text === speed(0)) return <span>{t("trend.STEADY")}</span>;
  return <span className={mps > 0 ? "closing" : ""}>{mps > 0 ? "▸◂ " : "◂▸ "}{t(mps > 0 ? "trend.APPROACHING" : "trend.RECEDING")} {text}</span>;
}

export function Eta({ seconds }: { seconds: number | undefined }) {
  const { t } = useTranslation();
  if (!seconds) return <span className="quiet">{t("eta.unknown")}</span>;
  const text = seconds < 90 ? t("eta.seconds", { n: Math.round(seconds) }) : t("eta.minutes", { n: Math.round(seconds / 60) });
  return <span className="number">{text}</span>;
}

// The steps of an alert, loaded again whenever `stamp` changes. Null: not known (yet).
export function useTimeline(alertId: string | null, stamp: string): { steps: TimelineStep[] | null; failed: number | null } {
  const [held, setHeld] = useState<{ id: string | null; steps: TimelineStep[] | null; failed: number | null }>({ id: null, steps: null, failed: null });
  const wanted = useRef(alertId);
  wanted.current = alertId;
  const link = useLink();
  useEffect(() => {
    if (!alertId) return;
    const load = async () => {
      try {
        const { data, response } = await api.GET("/api/v1/alerts/{id}/timeline", { params: { path: { id: alertId } }, signal: patience() });
        if (wanted.current !== alertId) return;
        if (data) setHeld({ id: alertId, steps: data.timeline?.steps ?? [], failed: null });
        else setHeld((before) => ({ id: alertId, steps: before.id === alertId ? before.steps : null, failed: response.status }));
      } catch {
        if (wanted.current === alertId) setHeld((before) => ({ id: alertId, steps: before.id === alertId ? before.steps : null, failed: 0 }));
      }
    };
    // Changes come in bursts: one question for all of them.
    const timer = setTimeout(() => void load(), 150);
    return () => clearTimeout(timer);
  }, [alertId, stamp, link.state]);
  return held.id === alertId ? held : { steps: null, failed: null };
}
