// Small parts of the pages about cases: a clock, what is being loaded, one act with its refusal, facts.
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { msOf, serverNowMs } from "../kit/clock";
import { clockTime, dateTime } from "../kit/format";
import type { ApiFailure, Loaded } from "../kit/load";
import { useLink, useLive, useNow } from "../kit/surface";
import { language } from "../kit/words";
import { attempt, bare, type Duty, type LegalMeasure, type Outcome } from "./asks";
import { leftOf } from "./clocks";
import { useCaseNumber } from "./names";
import { Proof } from "./proof";
import { addressOf } from "./where";

// Word, sign and colour together, as severity is shown.
export function Due({ atUs, closed }: { atUs: string | undefined; closed?: boolean }) {
  const { t } = useTranslation("legal");
  useNow(30_000);
  if (Number(atUs ?? 0) === 0) return <span className="due quiet">{t("due.none")}</span>;
  const at = msOf(atUs);
  const { unit, a, b, over, soon } = leftOf(at, serverNowMs());
  const span = t(`due.${unit === "minutes" && a === 0 ? "moment" : unit}`, { a, b });
  const tone = closed ? "" : over ? "over" : soon ? "soon" : "";
  return (
    <span className={`due ${tone}`} title={dateTime(at)}>
      {tone === "over" && <span aria-hidden="true">■ </span>}
      {tone === "soon" && <span aria-hidden="true">▲ </span>}
      {closed ? dateTime(at) : t(over ? "due.over" : "due.left", { span })}
    </span>
  );
}

export function Moment({ us }: { us: string | undefined }) {
  const { t } = useTranslation("legal");
  return <>{Number(us ?? 0) === 0 ? t("unsaid") : dateTime(msOf(us))}</>;
}

// Waiting, failed, forbidden and empty are four different things. What failed while something is shown is said at the foot of
// the screen: it comes and goes by itself, and must not move what somebody is about to press.
export function LoadedView<T>(props: { what: string; loaded: Loaded<T>; children: (data: T) => ReactNode }) {
  const { t } = useTranslation("legal");
  const { loaded, what } = props;
  const { data, failure } = loaded;
  if (failure?.status === 403) return <p className="quiet">{t("state.forbidden", { what, reason: failure.reason })}</p>;
  const failed = failure && (
    <p className={data === null ? "problem" : "problem at-foot"} role="status">
      {t(failure.status === 404 ? "state.gone" : "state.failed", { what })}{" "}
      {data !== null && t("state.old", { time: clockTime(loaded.atMs) })}{" "}
      <button type="button" className="button small" onClick={loaded.reload}>
        {t("state.again")}
      </button>
      {failure.reason && <small className="quiet"> {failure.reason}</small>}
    </p>
  );
  if (data === null) return failed || <p className="quiet appear-late">{t("state.loading", { what })}</p>;
  return (
    <>
      {props.children(data)}
      {failed}
    </>
  );
}

// A table in a frame that scrolls by itself; `tall`: downwards as well.
export function Rows(props: { title: string; head: readonly string[]; tall?: boolean; children: ReactNode }) {
  return (
    <div className={props.tall ? "table-frame tall" : "table-frame"} tabIndex={0} role="region" aria-label={props.title}>
      <table>
        <caption className="visually-hidden">{props.title}</caption>
        <thead>
          <tr>
            {props.head.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{props.children}</tbody>
      </table>
    </div>
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

// May this account do such things at all? A form that is not for it is not shown; one that is stays while the line is down,
// with what was written in it.
export function useRight(action: string): boolean {
  const { who } = useLive();
  return (who.actions ?? []).includes(action);
}

// Why it may not be done now, as a sentence; null: it may.
export function useHeldBack(action: string): string | null {
  const { t } = useTranslation("legal");
  const right = useRight(action);
  const link = useLink();
  if (!right) return t("held_back.right");
  return link.state === "lost" || link.state === "refused" ? t("held_back.link") : null;
}

// Why a form cannot be sent now, beside its button.
export function HeldBack({ why }: { why: string | null }) {
  return <p className={why ? "quiet" : "visually-hidden"}>{why}</p>;
}

// One act at a time: what was refused is said where it was asked, and nothing is sent twice.
export function useDeed(after: () => void) {
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<ApiFailure | null>(null);
  const run = async <T,>(wish: () => Promise<T>): Promise<boolean> => {
    if (busy) return false;
    setBusy(true);
    const outcome: Outcome<T> = await attempt(wish());
    setBusy(false);
    if ("refused" in outcome) outcome.refused.again = () => void run(wish);
    setRefused("refused" in outcome ? outcome.refused : null);
    if ("done" in outcome) after();
    return "done" in outcome;
  };
  return { busy, refused, run };
}

export function Refused({ failure }: { failure: ApiFailure | null }) {
  const { t } = useTranslation("legal");
  const why = () => {
    if (failure?.status === 0) return t("refused.no_answer");
    if (failure?.code === "asks_second" || failure?.code === "factor_needed") return t(`refused.${failure.code}`);
    return t("refused.why", { reason: failure?.reason || failure?.code });
  };
  return (
    <>
      <p role="alert" className={!failure ? "visually-hidden" : failure.code === "asks_second" ? "" : "problem"}>
        {failure && why()}
      </p>
      {failure?.code === "factor_needed" && failure.again && <Proof onProved={failure.again} />}
    </>
  );
}

export const dutyName = (duty: Duty): string => (language() === "ko" ? duty.what_ko : duty.what_en) ?? "";

export function Stage({ measure }: { measure: LegalMeasure }) {
  const { t } = useTranslation("legal");
  const ended = measure.stage === "MEASURE_STAGE_ENDED";
  return (
    <span className={measure.in_force ? "chip in-force" : "chip"}>
      {ended ? t(`end.${bare(measure.end, "MEASURE_END_")}`) : t(`stage.${bare(measure.stage, "MEASURE_STAGE_")}`)}
      {measure.in_force && ` · ${t("in_force")}`}
    </span>
  );
}

export function PersonLink({ id, name }: { id: string | undefined; name?: string | undefined }) {
  const right = useRight("see_risk");
  if (!id) return null;
  const said = (
    <>
      {name || id}
      {name && <small className="quiet"> {id}</small>}
    </>
  );
  return right ? <a href={addressOf("person", id)}>{said}</a> : said;
}

export function CaseLinkTo({ id, number }: { id: string | undefined; number?: string | undefined }) {
  const known = useCaseNumber(id);
  return id ? <a href={addressOf("case", id)}>{number || known}</a> : null;
}
