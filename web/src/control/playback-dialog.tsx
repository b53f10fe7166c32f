// Which period to play, and of whom.
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Dialog } from "../kit/chrome";
import { serverNowMs } from "../kit/clock";
import { useLive } from "../kit/surface";
import { useDesk, useDeskState } from "./desk";

const PRESETS = [5, 15, 60, 180, 720] as const; // minutes back from now
const SPAN_MAX_MS = 24 * 3_600_000;
const SEOUL_MS = 9 * 3_600_000; // the clock on the wall of every control centre; there is no summer time

const toInput = (ms: number): string => new Date(ms + SEOUL_MS).toISOString().slice(0, 19);
const fromInput = (text: string): number =>
  Date.parse(`${text.length === 16 ? `${text}:00` : text}Z`) - SEOUL_MS;

// At most about a point a second of playing at full speed, so that a day fits.
export const stepFor = (spanMs: number, everybody: boolean): number =>
  Math.max(1, Math.ceil(spanMs / (everybody ? 360_000 : 7_200_000)));

export function PlaybackDialog({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation();
  const desk = useDesk();
  const { picture } = useLive();
  const { alertId, personId } = useDeskState();
  const alert = alertId ? picture.alerts.get(alertId)?.alert : undefined;
  const persons = personId
    ? [personId]
    : [alert?.wearer_id, alert?.protected_id].filter((id): id is string => Boolean(id));
  const [from, setFrom] = useState(toInput(serverNowMs() - 15 * 60_000));
  const [to, setTo] = useState(toInput(serverNowMs()));
  const [who, setWho] = useState(persons.length > 0 ? "chosen" : "everybody");
  const [ids, setIds] = useState("");
  const fromMs = fromInput(from);
  const toMs = fromInput(to);
  const typed = ids.split(/[\s,]+/).filter(Boolean);
  const wrong = !(fromMs < toMs)
    ? t("playback.order_wrong")
    : toMs - fromMs > SPAN_MAX_MS
      ? t("playback.too_long")
      : who === "typed" && typed.length === 0
        ? t("playback.no_ids")
        : null;
  const begin = (event: React.FormEvent) => {
    event.preventDefault();
    if (wrong) return;
    const personIds = who === "everybody" ? [] : who === "typed" ? typed : persons;
    desk.playback.roleOf = roleOf(picture);
    desk.playback.start({ fromMs, toMs, personIds, stepS: stepFor(toMs - fromMs, who === "everybody") });
    desk.playback.toggle();
    onClose();
  };
  return (
    <Dialog title={t("playback.choose")} onClose={onClose} className="deed-dialog">
      <form onSubmit={begin}>
        <p className="chips">
          {PRESETS.map((minutes) => (
            <button
              key={minutes}
              type="button"
              className="button small"
              onClick={() => {
                setFrom(toInput(serverNowMs() - minutes * 60_000));
                setTo(toInput(serverNowMs()));
              }}
            >
              {t("playback.last", { n: minutes })}
            </button>
          ))}
        </p>
        <label>
          {t("playback.from")}
          <input
            type="datetime-local"
            step={1}
            value={from}
            onChange={(event) => setFrom(event.target.value)}
          />
        </label>
        <label>
          {t("playback.to")}
          <input type="datetime-local" step={1} value={to} onChange={(event) => setTo(event.target.value)} />
        </label>
        <fieldset>
          <legend>{t("playback.who")}</legend>
          {persons.length > 0 && (
            <label className="choice">
              <input type="radio" name="who" checked={who === "chosen"} onChange={() => setWho("chosen")} />{" "}
              {persons.join(", ")}
            </label>
          )}
          <label className="choice">
            <input
              type="radio"
              name="who"
              checked={who === "everybody"}
              onChange={() => setWho("everybody")}
            />{" "}
            {t("playback.everybody")}
          </label>
          <label className="choice">
            <input type="radio" name="who" checked={who === "typed"} onChange={() => setWho("typed")} />{" "}
            {t("playback.typed")}
          </label>
          {who === "typed" && (
            <input
              aria-label={t("playback.typed")}
              value={ids}
              onChange={(event) => setIds(event.target.value)}
            />
          )}
        </fieldset>
        <p className="quiet">{t("playback.audited")}</p>
        {wrong && <p className="problem">{wrong}</p>}
        <footer>
          <button type="submit" className="button primary" disabled={wrong !== null}>
            {t("playback.begin")}
          </button>
          <button type="button" className="button" onClick={onClose}>
            {t("deed.cancel")}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}

export function roleOf(picture: ReturnType<typeof useLive>["picture"]): (id: string) => string {
  const protectedIds = new Set<string>();
  for (const { alert } of picture.alerts.values())
    if (alert.protected_id) protectedIds.add(alert.protected_id);
  return (id) => {
    const kind = picture.tracks.track(id)?.kind;
    return kind === "protected" || (kind === undefined && protectedIds.has(id))
      ? "ROLE_PROTECTED_PERSON"
      : "ROLE_WEARER";
  };
}
