// Small parts of the console: a key cap, the states of something loaded, a list of facts, one sentence in the
// reader's language.
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Alert } from "../kit/api";
import { clockTime } from "../kit/format";
import { language } from "../kit/words";
import { useDeskState } from "./desk";
import type { Loaded } from "../kit/load";
import { type Command, KEYS } from "./shortcuts";

// Shown only while the key works.
export function Key({ command }: { command: Command }) {
  const { singleKeys } = useDeskState();
  const chord = KEYS[command].find((one) => singleKeys || one.ctrl || one.alt);
  return chord ? <kbd aria-hidden="true">{chord.label}</kbd> : null;
}

// Waiting, failed, forbidden and old are four different things, and none of them is "nothing there".
export function LoadedView<T>(props: { what: string; loaded: Loaded<T>; children: (data: T) => ReactNode }) {
  const { t } = useTranslation();
  const { loaded, what } = props;
  const { data, failure } = loaded;
  if (failure?.status === 403)
    return <p className="quiet">{t("state.forbidden", { what, reason: failure.reason })}</p>;
  const failed = failure && (
    <p className="problem">
      {failure.status === 404 ? t("state.gone", { what }) : t("state.failed", { what })}{" "}
      {data !== null && t("state.old", { time: clockTime(loaded.atMs) })}{" "}
      <button type="button" className="button small" onClick={loaded.reload}>
        {t("state.again")}
      </button>
      {failure.status !== 0 && (
        <small className="quiet"> {t("state.code", { status: failure.status, code: failure.code })}</small>
      )}
    </p>
  );
  if (data === null) return failed || <p className="quiet appear-late">{t("state.loading", { what })}</p>;
  return (
    <>
      {failed}
      {props.children(data)}
    </>
  );
}

export function Facts({ children }: { children: ReactNode }) {
  return <dl className="facts">{children}</dl>;
}

export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}

export const sentenceOf = (alert: Alert): string =>
  (language() === "ko" ? alert.sentence_ko : alert.sentence_en) ?? "";

// "ALERT_KIND_KEEP_AWAY" -> "KEEP_AWAY": the words are filed under the short name.
export const bare = (name: string | undefined, prefix: string): string => (name ?? "").replace(prefix, "");
