// Cases: the list, a new one, and one case with its measures, their next steps, duties, links and petitions.
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Empty } from "../kit/chrome";
import { bare, cases, closeCase, type CaseAnswer, oneCase, openCase, reportToCase } from "./asks";
import { TakeBundle } from "./bundle";
import { Consents } from "./consents";
import { DutyTable } from "./duties";
import { NewJudgement } from "./judgement";
import { OneLink } from "./links";
import { BeginMeasure, MeasureCard } from "./measure";
import { useKindName } from "./names";
import { useCases } from "./news";
import { Delivery } from "./notifications";
import { CaseLinkTo, Due, dutyName, Fact, Facts, HeldBack, LoadedView, Moment, PersonLink, Refused, Rows, useDeed, useHeldBack, useRight } from "./parts";
import { Places } from "./places";
import { addressOf, go } from "./where";

const COLUMNS = ["number", "kind", "subject", "protected", "measures", "duties", "next"] as const;

const KINDS = ["STALKING", "DOMESTIC_VIOLENCE", "SEXUAL_VIOLENCE", "OTHER"] as const;
const CODES = ["followed", "waited", "contacted", "entered", "damaged", "threatened", "violence", "other"] as const;
const ENDS = ["JUDGED", "NOT_INDICTED", "WITHDRAWN", "MISTAKE"] as const;

export function Cases() {
  const { t } = useTranslation("legal");
  const nameOf = useKindName();
  const [all, setAll] = useState(false);
  const loaded = useCases(all ? "cases/all" : "cases/open", () => cases(all ? "all" : "open"));
  return (
    <section aria-label={t("case.several")}>
      <div className="page-head">
        <h2>{t("case.several")}</h2>
        <label className="tick">
          <input type="checkbox" checked={all} onChange={() => setAll(!all)} /> {t("show_all")}
        </label>
      </div>
      <NewCase />
      <NewJudgement changed={loaded.reload} />
      <LoadedView what={t("case.several")} loaded={loaded}>
        {(list) =>
          list.length === 0 ? (
            <Empty title={t("case.none")} />
          ) : (
            <Rows title={t("case.several")} head={COLUMNS.map((name) => t(`case.column.${name}`))}>
              {list.map((one) => (
                <tr key={one.case_record?.id} data-case={one.case_record?.id}>
                  <td>
                    <CaseLinkTo id={one.case_record?.id} number={one.case_record?.number} />
                  </td>
                  <td>{t(`case_kind.${bare(one.case_record?.kind, "CASE_KIND_")}`)}</td>
                  <td>
                    <PersonLink id={one.case_record?.subject_id} name={one.subject_name} />
                  </td>
                  <td>{(one.case_record?.protected_ids ?? []).map((id) => <PersonLink key={id} id={id} />)}</td>
                  <td>{(one.measures ?? []).map((each) => nameOf(each.kind)).join(", ")}</td>
                  <td className={(one.duties_overdue ?? 0) > 0 ? "problem" : ""}>
                    {t("case.duties", { n: one.duties_open ?? 0, over: one.duties_overdue ?? 0 })}
                    {(one.links ?? []).length > 0 && ` · ${t("case.links", { n: one.links?.length ?? 0 })}`}
                  </td>
                  <td>
                    <Due atUs={one.next_due_at_us} />
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

function NewCase() {
  const { t } = useTranslation("legal");
  const right = useRight("run_case");
  const held = useHeldBack("run_case");
  const [open, setOpen] = useState(false);
  const { busy, refused, run } = useDeed(() => setOpen(false));
  if (!right) return null;
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? "").trim();
    void run(async () => {
      const made = await openCase({
        kind: `CASE_KIND_${text("kind") as (typeof KINDS)[number]}`,
        number: text("number"),
        subject_id: text("subject"),
        protected_ids: text("protected").split(/[\s,]+/).filter(Boolean),
      });
      go("case", made.case_record?.id ?? "");
    });
  };
  return (
    <details className="card" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t("case.new")}</summary>
      <form className="form" onSubmit={send}>
        <label>
          {t("case.number")}
          <input name="number" required maxLength={64} />
        </label>
        <label>
          {t("case.kind")}
          <select name="kind">
            {KINDS.map((one) => (
              <option key={one} value={one}>
                {t(`case_kind.${one}`)}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t("case.subject")}
          <input name="subject" required maxLength={64} />
        </label>
        <label>
          {t("case.protected")}
          <input name="protected" required maxLength={400} />
        </label>
        <p className="quiet">{t("case.ids")}</p>
        <Refused failure={refused} />
        <HeldBack why={held} />
        <button type="submit" className="button primary" disabled={busy || held !== null}>
          {t("case.open")}
        </button>
      </form>
    </details>
  );
}

export function CasePage({ id }: { id: string }) {
  const { t } = useTranslation("legal");
  const loaded = useCases(`case/${id}`, () => oneCase(id));
  return (
    <section aria-label={t("case.one")}>
      <LoadedView what={t("case.one")} loaded={loaded}>
        {(answer) => <OneCase answer={answer} changed={loaded.reload} />}
      </LoadedView>
    </section>
  );
}

function AskHistory({ caseId }: { caseId: string }) {
  const { t } = useTranslation("legal");
  return useRight("run_case") ? (
    <p>
      <a className="button" href={addressOf("inquire", caseId)}>
        {t("inquiry.ask")}
      </a>
    </p>
  ) : null;
}

function OneCase({ answer, changed }: { answer: CaseAnswer; changed: () => void }) {
  const { t } = useTranslation("legal");
  const one = answer.case_record ?? {};
  const named = (id: string | undefined) => answer.persons?.find((person) => person.id === id)?.name;
  const closed = Number(one.closed_at_us ?? 0) > 0;
  return (
    <>
      <div className="page-head">
        <h2>
          {one.number} <small className="quiet">{one.id}</small>
        </h2>
        <span className="chip">{t(`case_kind.${bare(one.kind, "CASE_KIND_")}`)}</span>
        {closed && <span className="chip">{t(`case_end.${bare(one.close_reason, "CASE_CLOSE_REASON_")}`)}</span>}
      </div>
      <Facts>
        <Fact name={t("case.column.subject")}>
          <PersonLink id={one.subject_id} name={named(one.subject_id)} />
        </Fact>
        <Fact name={t("case.column.protected")}>
          {(one.protected_ids ?? []).map((id) => (
            <span key={id}>
              <PersonLink id={id} name={named(id)} />{" "}
            </span>
          ))}
        </Fact>
        <Fact name={t("case.station")}>{one.agency_id}</Fact>
        <Fact name={t("case.reported")}>
          <Moment us={one.reported_at_us} />
        </Fact>
      </Facts>
      {(answer.links ?? []).length > 0 && (
        <ul className="cards">
          {answer.links?.map((link) => {
            const duty = answer.duties?.find((each) => each.link_id === link.id);
            return <OneLink key={link.id} answer={{ link, case_record: one, ...(duty ? { duty } : {}) }} changed={changed} />;
          })}
        </ul>
      )}
      <h3>{t("measure.several")}</h3>
      <ul className="cards">
        {(answer.measures ?? []).map((measure) => (
          <MeasureCard key={measure.id} id={measure.id ?? ""} version={`${measure.version}/${measure.stage}`} changed={changed} />
        ))}
      </ul>
      {!closed && <BeginMeasure answer={answer} changed={changed} />}
      {!closed && <AskHistory caseId={one.id ?? ""} />}
      <h3>{t("duties.title")}</h3>
      {(answer.duties ?? []).length > 0 ? <DutyTable list={answer.duties ?? []} changed={changed} alone /> : <p className="quiet">{t("duties.none")}</p>}
      <Places answer={answer} changed={changed} />
      <Consents list={answer.consents ?? []} />
      <Petitions answer={answer} />
      {(one.protected_ids ?? []).map((id) => (
        <TakeBundle
          key={id}
          path={`/api/v1/cases/${one.id}/bundle`}
          protectedId={id}
          name={`haechi-${one.id}-${id}`}
          about={one.protected_ids?.length === 1 ? "" : id}
        />
      ))}
      <Told answer={answer} />
      <Reports answer={answer} changed={changed} />
      {!closed && <CloseCase id={one.id ?? ""} changed={changed} />}
    </>
  );
}

// Who was told of it, and how far that got.
function Told({ answer }: { answer: CaseAnswer }) {
  const { t } = useTranslation("legal");
  const list = answer.notifications ?? [];
  const duties = [...(answer.duties ?? []), ...(answer.duties_done ?? [])];
  if (list.length === 0) return null;
  return (
    <details>
      <summary>{t("notifications.of_case", { n: list.length })}</summary>
      <ul className="lines">
        {list.map((one) => {
          const duty = duties.find((each) => each.id === one.duty_id);
          return (
            <li key={one.id}>
              <Moment us={one.queued_at_us} /> · {t(`party.${bare(one.party, "CASE_PARTY_")}`)} ·{" "}
              {t(`notification.${bare(one.kind, "NOTIFICATION_KIND_")}`)} {duty && <b>{dutyName(duty)}</b>} · <Delivery of={one} />
            </li>
          );
        })}
      </ul>
    </details>
  );
}

function Petitions({ answer }: { answer: CaseAnswer }) {
  const { t } = useTranslation("legal");
  if ((answer.petitions ?? []).length === 0) return null;
  return (
    <>
      <h3>{t("petition.several")}</h3>
      <ul className="lines">
        {answer.petitions?.map((one) => (
          <li key={one.id}>
            <a href={addressOf("petition", one.id)}>{one.docket || one.id}</a>{" "}
            <span className="chip">{t(`petition_state.${bare(one.state, "PETITION_STATE_")}`)}</span> <Moment us={one.filed_at_us} />
          </li>
        ))}
      </ul>
    </>
  );
}

function Reports({ answer, changed }: { answer: CaseAnswer; changed: () => void }) {
  const { t } = useTranslation("legal");
  const right = useRight("run_case");
  const held = useHeldBack("run_case");
  const [code, setCode] = useState<string>(CODES[0]);
  const [text, setText] = useState("");
  const { busy, refused, run } = useDeed(() => {
    setText("");
    changed();
  });
  return (
    <>
      <h3>{t("report.several")}</h3>
      <ul className="lines">
        {(answer.reports ?? []).map(({ report, text: said }) => (
          <li key={report?.id}>
            <Moment us={report?.reported_at_us} /> · <b>{t(`report_code.${report?.code ?? ""}`, { defaultValue: report?.code ?? "" })}</b> {said}
          </li>
        ))}
        {(answer.reports ?? []).length === 0 && <li className="quiet">{t("report.none")}</li>}
      </ul>
      {right && (
        <form
          className="form inline"
          onSubmit={(event) => {
            event.preventDefault();
            void run(() => reportToCase(answer.case_record?.id ?? "", { code, text }));
          }}
        >
          <label>
            {t("report.code")}
            <select value={code} onChange={(event) => setCode(event.target.value)}>
              {CODES.map((one) => (
                <option key={one} value={one}>
                  {t(`report_code.${one}`)}
                </option>
              ))}
            </select>
          </label>
          <label>
            {t("report.text")}
            <input value={text} maxLength={2000} onChange={(event) => setText(event.target.value)} />
          </label>
          <button type="submit" className="button" disabled={busy || held !== null}>
            {t("report.add")}
          </button>
          <HeldBack why={held} />
          <Refused failure={refused} />
        </form>
      )}
    </>
  );
}

function CloseCase({ id, changed }: { id: string; changed: () => void }) {
  const { t } = useTranslation("legal");
  const right = useRight("run_case");
  const held = useHeldBack("run_case");
  const [reason, setReason] = useState<(typeof ENDS)[number]>("JUDGED");
  const [sure, setSure] = useState(false);
  const { busy, refused, run } = useDeed(changed);
  if (!right) return null;
  return (
    <details className="card">
      <summary>{t("case.close")}</summary>
      <div className="form">
        <label>
          {t("case.close_reason")}
          <select value={reason} onChange={(event) => setReason(event.target.value as typeof reason)}>
            {ENDS.map((one) => (
              <option key={one} value={one}>
                {t(`case_end.${one}`)}
              </option>
            ))}
          </select>
        </label>
        <label className="tick">
          <input type="checkbox" checked={sure} onChange={() => setSure(!sure)} /> {t("case.close_sure")}
        </label>
        <Refused failure={refused} />
        <HeldBack why={held} />
        <button type="button" className="button danger" disabled={busy || !sure || held !== null} onClick={() => void run(() => closeCase(id, `CASE_CLOSE_REASON_${reason}`))}>
          {t("case.close")}
        </button>
      </div>
    </details>
  );
}
