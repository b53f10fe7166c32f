// One petition: what she said and attached, whether it is still what was logged, and what the system knows of the two. What a
// reader may do with it stands beside it, above all that comes by itself: nothing moves under a hand.
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { msOf } from "../kit/clock";
import { dateTime } from "../kit/format";
import { useLoaded } from "../kit/load";
import { bare, evidence, onePetition, type PetitionAnswer, petitionFile } from "./asks";
import { TakeBundle } from "./bundle";
import { Conditions } from "./conditions-list";
import { DutyTable } from "./duties";
import { save } from "./files";
import { useCases } from "./news";
import { PastAlerts } from "./past-alerts";
import { kindName, useKindName } from "./names";
import { CaseLinkTo, Fact, Facts, LoadedView, Moment, Refused, Stage, useDeed } from "./parts";

export function PetitionPage(props: { id: string; children?: (answer: PetitionAnswer, changed: () => void) => ReactNode }) {
  const { t } = useTranslation("legal");
  const loaded = useCases(`petition/${props.id}`, () => onePetition(props.id));
  return (
    <section aria-label={t("petition.one")}>
      <LoadedView what={t("petition.one")} loaded={loaded}>
        {(answer) => (
          <>
            <div className="page-head">
              <h2>
                {t("petition.one")} {answer.petition?.docket} <small className="quiet">{answer.petition?.id}</small>
              </h2>
              <span className="chip">{t(`petition_state.${bare(answer.petition?.state, "PETITION_STATE_")}`)}</span>
            </div>
            <div className="petition">
              <div>
                <About answer={answer} />
                <Statement answer={answer} />
              </div>
              <div>
                {props.children?.(answer, loaded.reload)}
                <Ordered answer={answer} />
                {(answer.duties ?? []).length > 0 && <DutyTable list={answer.duties ?? []} changed={loaded.reload} alone />}
              </div>
            </div>
            <TakeBundle path={`/api/v1/petitions/${props.id}/bundle`} name={`haechi-${props.id}`} />
            <Evidence id={props.id} state={answer.petition?.state ?? ""} />
          </>
        )}
      </LoadedView>
    </section>
  );
}

function About({ answer }: { answer: PetitionAnswer }) {
  const { t } = useTranslation("legal");
  const { petition } = answer;
  const name = (id: string | undefined) => {
    const person = answer.persons?.find((one) => one.id === id);
    return [person?.name, id].filter(Boolean).join(" · ");
  };
  return (
    <section className="card">
      <Facts>
        <Fact name={t("petition.by")}>{name(petition?.protected_id)}</Fact>
        <Fact name={t("petition.against")}>{name(answer.case_record?.subject_id)}</Fact>
        <Fact name={t("case.one")}>
          <CaseLinkTo id={answer.case_record?.id} number={answer.case_record?.number} />
        </Fact>
        <Fact name={t("petition.asks")}>{(answer.kinds ?? []).map((kind) => kindName(kind)).join(", ") || (petition?.kinds ?? []).join(", ")}</Fact>
        <Fact name={t("petition.filed")}>
          <Moment us={petition?.filed_at_us} />
        </Fact>
        {petition?.decided_by && (
          <Fact name={t("petition.decided")}>
            <Moment us={petition.decided_at_us} /> · {t("petition.signed", { who: petition.decided_by })}
          </Fact>
        )}
      </Facts>
      {answer.reasons && (
        <>
          <h3>{t("petition.reasons")}</h3>
          <p className="statement">{answer.reasons}</p>
        </>
      )}
    </section>
  );
}

function Statement({ answer }: { answer: PetitionAnswer }) {
  const { t } = useTranslation("legal");
  const { refused, run } = useDeed(() => undefined);
  const id = answer.petition?.id ?? "";
  const open = (file: string) =>
    void run(async () => {
      const got = await petitionFile(id, file);
      save(got.file?.name || file, got.file?.media_type || "application/octet-stream", got.content ?? "");
    });
  return (
    <section className="card">
      <h3>{t("petition.statement")}</h3>
      <p className={answer.statement_intact ? "quiet" : "problem"}>{t(answer.statement_intact ? "petition.intact" : "petition.not_intact")}</p>
      <p className="statement" tabIndex={0}>
        {answer.statement || t("petition.no_statement")}
      </p>
      <ul className="lines">
        {(answer.attachments ?? []).map((file) => (
          <li key={file.id}>
            <button type="button" className="button small" onClick={() => open(file.id ?? "")}>
              {file.name || file.id}
            </button>{" "}
            <small className="quiet">
              {file.media_type} · {t("bytes", { n: Math.ceil((file.size ?? 0) / 1000) })}
            </small>
          </li>
        ))}
      </ul>
      <Refused failure={refused} />
    </section>
  );
}

function Ordered({ answer }: { answer: PetitionAnswer }) {
  const { t } = useTranslation("legal");
  const list = answer.measures ?? [];
  if (list.length === 0) return null;
  return (
    <section className="card">
      <h3>{t("measure.several")}</h3>
      {list.map((one) => (
        <div key={one.id} className="order" data-measure={one.id}>
          <p>
            <b>{kindName([...(answer.kinds ?? []), ...(answer.interim_kinds ?? [])].find((kind) => kind.code === one.kind), one.kind)}</b>{" "}
            <Stage measure={one} /> {one.id === answer.petition?.interim_measure_id && <span className="chip">{t("petition.interim")}</span>}
          </p>
          <Conditions order={one.stated} />
        </div>
      ))}
    </section>
  );
}

// Made from the log by the server; its digest stands under it.
function Evidence({ id, state }: { id: string; state: string }) {
  const { t } = useTranslation("legal");
  const nameOf = useKindName();
  const loaded = useLoaded(`evidence/${id}`, () => evidence(id), 0, state);
  return (
    <section className="evidence">
      <h2>{t("evidence.title")}</h2>
      <LoadedView what={t("evidence.title")} loaded={loaded}>
        {(bundle) => (
          <>
            <p className="quiet">{t("evidence.explain", { time: dateTime(msOf(bundle.made_at_us)), entry: bundle.entry_no ?? "0" })}</p>
            <PastAlerts alerts={bundle.alerts ?? []} toUs={bundle.made_at_us} />
            <h3>{t("evidence.orders")}</h3>
            {(bundle.orders ?? []).length === 0 && <p className="quiet">{t("person.no_orders")}</p>}
            {(bundle.orders ?? []).map((order) => (
              <div key={order.id} className="order">
                <b>{nameOf(order.kind)}</b> {order.id} · <Moment us={order.starts_at_us} /> –{" "}
                {Number(order.ends_at_us ?? 0) === 0 ? t("open_ended") : <Moment us={order.ends_at_us} />}
                <Conditions order={order} />
              </div>
            ))}
            <h3>{t("report.several")}</h3>
            <ul className="lines">
              {(bundle.reports ?? []).map(({ report, text }) => (
                <li key={report?.id}>
                  <Moment us={report?.reported_at_us} /> · <b>{t(`report_code.${report?.code ?? ""}`, { defaultValue: report?.code ?? "" })}</b> {text}
                </li>
              ))}
              {(bundle.reports ?? []).length === 0 && <li className="quiet">{t("report.none")}</li>}
            </ul>
            <p>
              <small className="quiet">{t("evidence.digest", { sha256: bundle.sha256 ?? "" })}</small>
            </p>
          </>
        )}
      </LoadedView>
    </section>
  );
}
