// The court: petitions with their clocks, one petition with what the system knows of the two, and the decision on it; measures
// that were petitioned for; duties.
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Empty } from "../kit/chrome";
import { bare, measures, petitions } from "../legal/asks";
import { Frame } from "../legal/frame";
import { inquiryPageOf } from "../legal/inquiry-pages";
import { NewJudgement } from "../legal/judgement";
import { MeasureCard } from "../legal/measure";
import { useKindName } from "../legal/names";
import { useCases } from "../legal/news";
import { Due, LoadedView, Moment, Rows } from "../legal/parts";
import { PetitionPage } from "../legal/petition";
import { addressOf } from "../legal/where";
import { pageOf } from "../legal/work";
import { Decide } from "./decide";

const COLUMNS = ["due", "docket", "state", "petitioner", "subject", "kinds", "filed"] as const;

const PAGES = ["petitions", "measures", "inquiries", "duties", "notifications", "statistics"];

export function Page() {
  const { t } = useTranslation();
  return (
    <Frame
      pages={PAGES}
      content={(where) => {
        if (where.page === "petitions" || where.page === "") return <Docket />;
        if (where.page === "measures") return <Asked />;
        if (where.page === "petition") {
          return (
            <PetitionPage id={where.id}>
              {(answer, changed) => <Decide key={answer.petition?.state} answer={answer} changed={changed} />}
            </PetitionPage>
          );
        }
        return pageOf(where) ?? inquiryPageOf(where) ?? <Empty title={t("no_page")} />;
      }}
    />
  );
}

function Docket() {
  const { t } = useTranslation();
  const nameOf = useKindName();
  const [all, setAll] = useState(false);
  const loaded = useCases(all ? "petitions/all" : "petitions/open", () => petitions(all ? "all" : "open"));
  return (
    <section aria-label={t("docket.title")}>
      <div className="page-head">
        <h2>{t("docket.title")}</h2>
        <label className="tick">
          <input type="checkbox" checked={all} onChange={() => setAll(!all)} /> {t("legal:show_all")}
        </label>
      </div>
      <LoadedView what={t("docket.title")} loaded={loaded}>
        {(list) =>
          list.length === 0 ? (
            <Empty title={t("docket.none")} />
          ) : (
            <Rows title={t("docket.title")} head={COLUMNS.map((name) => t(`docket.column.${name}`))}>
              {list.map((one) => (
                <tr key={one.petition?.id} data-petition={one.petition?.id} className={one.duty?.overdue ? "over" : ""}>
                  <td>
                    <Due atUs={one.duty?.due_at_us} />
                  </td>
                  <td>
                    <a href={addressOf("petition", one.petition?.id)}>{one.petition?.docket || t("docket.unnumbered")}</a>{" "}
                    <small className="quiet">{one.case_number}</small>
                  </td>
                  <td>
                    <span className="chip">{t(`legal:petition_state.${bare(one.petition?.state, "PETITION_STATE_")}`)}</span>
                  </td>
                  <td>{one.protected_name || one.petition?.protected_id}</td>
                  <td>{one.subject_name}</td>
                  <td>{(one.petition?.kinds ?? []).map(nameOf).join(", ")}</td>
                  <td>
                    <Moment us={one.petition?.filed_at_us} />
                  </td>
                </tr>
              ))}
            </Rows>
          )
        }
      </LoadedView>
    </section>
  );
}

function Asked() {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  const loaded = useCases(all ? "measures/all" : "measures/open", () => measures(all ? "all" : "open"));
  return (
    <section aria-label={t("asked.title")}>
      <div className="page-head">
        <h2>{t("asked.title")}</h2>
        <label className="tick">
          <input type="checkbox" checked={all} onChange={() => setAll(!all)} /> {t("legal:show_all")}
        </label>
      </div>
      <NewJudgement changed={loaded.reload} />
      <LoadedView what={t("asked.title")} loaded={loaded}>
        {(list) =>
          list.length === 0 ? (
            <Empty title={t("asked.none")} />
          ) : (
            <ul className="cards broad">
              {list.map((one) => (
                <MeasureCard key={one.id} id={one.id ?? ""} version={`${one.version}/${one.stage}`} changed={loaded.reload} full />
              ))}
            </ul>
          )
        }
      </LoadedView>
    </section>
  );
}
