// The monthly review: how often each account looked at whom, what to ask about, and that a second person has done so.
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Empty } from "../kit/chrome";
import { useLoaded } from "../kit/load";
import { bare } from "../legal/asks";
import { LoadedView, Moment, Refused, Rows, useDeed, useHeldBack } from "../legal/parts";
import { lift, type LookUps, type LookUpsReport, lookUps, review } from "./asks";

const COLUMNS = ["account", "looks", "persons", "off_case", "close", "refused", "glasses", "findings", "review"] as const;

export function LookUpsPage() {
  const { t } = useTranslation("watch");
  const [month, setMonth] = useState("");
  const loaded = useLoaded(`look-ups/${month}`, () => lookUps(month));
  return (
    <section aria-label={t("look_ups.title")}>
      <h2>{t("look_ups.title")}</h2>
      <p className="quiet">{t("look_ups.explain")}</p>
      <LoadedView what={t("look_ups.title")} loaded={loaded}>
        {(report) => (
          <>
            <label>
              {t("look_ups.month")}{" "}
              <select value={report.month ?? ""} onChange={(event) => setMonth(event.target.value)}>
                {(report.months ?? []).map((one) => (
                  <option key={one}>{one}</option>
                ))}
              </select>
            </label>
            <Alarms report={report} changed={loaded.reload} />
            {(report.accounts ?? []).length === 0 ? <Empty title={t("look_ups.none")} /> : (
              <Rows title={t("look_ups.title")} head={COLUMNS.map((name) => t(`look_ups.column.${name}`))}>
                {(report.accounts ?? []).map((one) => (
                  <Row key={one.account} one={one} month={report.month ?? ""} changed={loaded.reload} />
                ))}
              </Rows>
            )}
          </>
        )}
      </LoadedView>
    </section>
  );
}

// What was found within the hour, and who may go on although it looked at too many.
function Alarms({ report, changed }: { report: LookUpsReport; changed: () => void }) {
  const { t } = useTranslation("watch");
  const held = useHeldBack("watch");
  const { busy, refused, run } = useDeed(changed);
  const lifted = (account: string | undefined) => (report.lifts ?? []).some((one) => one.account === account);
  if ((report.alarms ?? []).length === 0) return null;
  return (
    <>
      <h3>{t("look_ups.alarms")}</h3>
      <Refused failure={refused} />
      <ul>
        {(report.alarms ?? []).map((one) => (
          <li key={`${one.at_us} ${one.kind} ${one.account} ${one.person_id}`} data-look-alarm={one.kind}>
            <Moment us={one.at_us} /> {t(`look_alarm.${bare(one.kind, "LOOK_ALARM_KIND_")}`, { account: one.account, person: one.person_id, n: one.count })}{" "}
            {one.kind === "LOOK_ALARM_KIND_BOUND" &&
              (lifted(one.account) ? <span className="chip">{t("look_ups.lifted")}</span> : (
                <button type="button" className="button small" disabled={busy || held !== null} onClick={() => void run(() => lift(one.account ?? ""))}>
                  {t("look_ups.lift")}
                </button>
              ))}
          </li>
        ))}
      </ul>
    </>
  );
}

function Row({ one, month, changed }: { one: LookUps; month: string; changed: () => void }) {
  const { t } = useTranslation("watch");
  const held = useHeldBack("watch");
  const { busy, refused, run } = useDeed(changed);
  const findings = one.findings ?? [];
  const say = (verdict: "REVIEW_VERDICT_JUSTIFIED" | "REVIEW_VERDICT_NOT_JUSTIFIED") =>
    void run(() => review({ account: one.account ?? "", month, verdict }));
  return (
    <tr data-account={one.account} data-findings={findings.join(" ")}>
      <th scope="row">
        {one.account} <small className="quiet">{one.role}</small>
      </th>
      {[one.looks, one.persons, one.off_case, one.close, one.refused, one.glasses].map((value, index) => (
        <td key={COLUMNS[index + 1]} className="number">
          {value ?? "0"}
        </td>
      ))}
      <td>
        {findings.map((finding) => (
          <span key={finding} className="chip">
            {t(`finding.${finding}`)}
          </span>
        ))}
        {(one.own_cases ?? []).length > 0 && (
          <small className="quiet" data-own-cases>
            {t("look_ups.own_cases", { ids: (one.own_cases ?? []).join(", ") })}
          </small>
        )}
        {(one.quiet ?? []).length > 0 && (
          <details>
            <summary>{t("look_ups.quiet")}</summary>
            {(one.quiet ?? []).map((quiet) => (
              <small key={quiet.person_id} className="quiet" data-quiet>
                <Moment us={quiet.last_at_us} /> {t("look_ups.quiet_one", { person: quiet.person_id, n: Number(quiet.looks ?? 0) })}
              </small>
            ))}
          </details>
        )}
        {(one.taken ?? []).map((taken) => (
          <small key={`${taken.at_us} ${taken.subject_id}`} className="quiet" data-taken>
            <Moment us={taken.at_us} /> {taken.subject_kind} {taken.subject_id} {taken.why}
          </small>
        ))}
      </td>
      <td>
        {one.review ? (
          <>
            {t(`verdict.${bare(one.review.verdict, "REVIEW_VERDICT_")}`)} <small className="quiet">{one.review.by}</small>
          </>
        ) : (
          (["REVIEW_VERDICT_JUSTIFIED", "REVIEW_VERDICT_NOT_JUSTIFIED"] as const).map((verdict) => (
            <button key={verdict} type="button" className="button small" disabled={busy || held !== null} title={held ?? undefined} onClick={() => say(verdict)}>
              {t(`look_ups.say.${bare(verdict, "REVIEW_VERDICT_")}`)}
            </button>
          ))
        )}
        <Refused failure={refused} />
      </td>
    </tr>
  );
}
