// The monthly review: how often each account looked at whom, what to ask about, and that a second person has done so.
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Empty } from "../kit/chrome";
import { useLoaded } from "../kit/load";
import { bare } from "../legal/asks";
import { LoadedView, Refused, Rows, useDeed, useHeldBack } from "../legal/parts";
import { type LookUps, lookUps, review } from "./asks";

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
