// One measure: where it stands, until when, its conditions, and the steps that the server says may be tried now.
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Dialog } from "../kit/chrome";
import { useLoaded } from "../kit/load";
import { bare, beginMeasure, type CaseAnswer, law, oneMeasure, type Step, stepMeasure } from "./asks";
import { endOfDayUs } from "./clocks";
import { ConditionsEditor } from "./conditions";
import { Conditions } from "./conditions-list";
import { type Draft, newDraft, problemOf, statedOf } from "./draft";
import { DutyTable } from "./duties";
import { useCases } from "./news";
import { kindName, OffenceChoice, useOffenceName } from "./names";
import { CaseLinkTo, Due, Fact, Facts, HeldBack, LoadedView, PersonLink, Refused, Stage, useDeed, useHeldBack, useRight } from "./parts";

type Answer = Awaited<ReturnType<typeof oneMeasure>>;

// Steps that want more than a confirmation.
const WITH_END: readonly Step[] = ["CASE_STEP_GRANT", "CASE_STEP_EXTEND"];
const WITH_CONDITIONS: readonly Step[] = ["CASE_STEP_GRANT", "CASE_STEP_CHANGE"];
const WITH_COURT: readonly Step[] = ["CASE_STEP_PETITION", "CASE_STEP_ASK_APPROVAL"];
const WITH_HOURS: readonly Step[] = ["CASE_STEP_NOT_COUNTED"];
const GRAVE: readonly Step[] = ["CASE_STEP_CANCEL", "CASE_STEP_DENY", "CASE_STEP_WITHDRAW", "CASE_STEP_NOT_INDICT", "CASE_STEP_END_BASIS"];
const ELSEWHERE: readonly Step[] = ["CASE_STEP_DONE"]; // duties are done where they stand
const HOUR_US = 3_600_000_000;

export function MeasureCard({ id, version, changed, full }: { id: string; version: string; changed: () => void; full?: boolean }) {
  const { t } = useTranslation("legal");
  const loaded = useCases(`measure/${id}`, () => oneMeasure(id), { version });
  return (
    <li className="card" data-measure={id}>
      <LoadedView what={t("measure.one")} loaded={loaded}>
        {(answer) => (
          <One
            answer={answer}
            full={full ?? false}
            changed={() => {
              loaded.reload();
              changed();
            }}
          />
        )}
      </LoadedView>
    </li>
  );
}

function One({ answer, full, changed }: { answer: Answer; full: boolean; changed: () => void }) {
  const { t } = useTranslation("legal");
  const [asking, setAsking] = useState<Step | null>(null);
  const offenceOf = useOffenceName();
  const measure = answer.measure ?? {};
  const offence = measure.stated?.offence || answer.kind?.offence;
  const steps = (answer.steps ?? []).filter((step) => !ELSEWHERE.includes(step));
  return (
    <>
      <div className="page-head">
        <h3>{kindName(answer.kind, measure.kind)}</h3>
        <Stage measure={measure} />
      </div>
      <Facts>
        {full && (
          <>
            <Fact name={t("case.one")}>
              <CaseLinkTo id={measure.case_id} />
            </Fact>
            <Fact name={t("case.column.subject")}>
              <PersonLink id={measure.subject_id} />
            </Fact>
          </>
        )}
        <Fact name={t("measure.basis")}>{answer.kind?.basis}</Fact>
        {offence && <Fact name={t("offence.one")}>{offenceOf(offence)}</Fact>}
        {measure.protected_id && (
          <Fact name={t("measure.protects")}>
            <PersonLink id={measure.protected_id} />
          </Fact>
        )}
        {Number(measure.ends_at_us ?? 0) > 0 && (
          <Fact name={t("measure.ends")}>
            <Due atUs={measure.ends_at_us} closed={!measure.in_force} />
          </Fact>
        )}
        {measure.order_id && <Fact name={t("measure.order")}>{`${measure.order_id} v${measure.order_version ?? 1}`}</Fact>}
      </Facts>
      <Conditions order={measure.stated} />
      {measure.not_activated && <p className="problem">{t("measure.not_activated", { why: measure.not_activated })}</p>}
      {steps.length > 0 && (
        <div className="deeds" role="group" aria-label={t("measure.steps")}>
          {steps.map((step) => (
            <button
              key={step}
              type="button"
              className={GRAVE.includes(step) ? "button danger" : "button"}
              data-step={bare(step, "CASE_STEP_")}
              onClick={() => setAsking(step)}
            >
              {t(`step.${bare(step, "CASE_STEP_")}`)}
            </button>
          ))}
        </div>
      )}
      {full && (answer.duties ?? []).length > 0 && <DutyTable list={answer.duties ?? []} changed={changed} alone />}
      {asking && (
        <StepDialog
          answer={answer}
          step={asking}
          close={() => setAsking(null)}
          done={() => {
            setAsking(null);
            changed();
          }}
        />
      )}
    </>
  );
}

function StepDialog({ answer, step, close, done }: { answer: Answer; step: Step; close: () => void; done: () => void }) {
  const { t } = useTranslation("legal");
  const measure = answer.measure ?? {};
  const [draft, setDraft] = useState<Draft>(() => newDraft(measure.protected_id ?? "", measure.stated, answer.zones ?? []));
  const [own, setOwn] = useState(false);
  const { busy, refused, run } = useDeed(done);
  const mayWrite = WITH_CONDITIONS.includes(step) && (answer.kind?.keep_away || answer.kind?.exclusion);
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? "").trim();
    const until = text("until");
    const fitting = text("fitting");
    const hours = Number(text("hours") || 0);
    const conditions = mayWrite && own ? statedOf(draft) : null;
    void run(() =>
      stepMeasure(measure.id ?? "", {
        step,
        ...(until ? { until_us: endOfDayUs(until) } : {}),
        ...(fitting ? { report_by_us: endOfDayUs(fitting) } : {}),
        ...(text("court") ? { court_id: text("court") } : {}),
        ...(hours > 0 ? { not_counted_us: String(hours * HOUR_US) } : {}),
        ...(conditions ? { stated: conditions.stated, zones: conditions.zones } : {}),
      }),
    );
  };
  const name = bare(step, "CASE_STEP_");
  return (
    <Dialog title={t(`step.${name}`)} onClose={close} className={mayWrite ? "wide" : ""}>
      <form className="form" onSubmit={send}>
        <p>
          <b>{kindName(answer.kind, measure.kind)}</b> {t("step_confirm")}
        </p>
        {WITH_END.includes(step) && (
          <label>
            {t("measure.until")}
            <input type="date" name="until" />
          </label>
        )}
        {step === "CASE_STEP_GRANT" && answer.kind?.device && (
          <label>
            {t("measure.fitting_by")}
            <input type="date" name="fitting" />
          </label>
        )}
        {WITH_COURT.includes(step) && (
          <label>
            {t("measure.court")}
            <input name="court" maxLength={64} />
          </label>
        )}
        {WITH_HOURS.includes(step) && (
          <label>
            {t("measure.hours")}
            <input type="number" name="hours" min={1} required />
          </label>
        )}
        {mayWrite && (
          <>
            <label className="tick">
              <input type="checkbox" checked={own} onChange={() => setOwn(!own)} /> {t("measure.own_conditions")}
            </label>
            {own ? <ConditionsEditor draft={draft} change={setDraft} /> : <Conditions order={measure.stated} />}
          </>
        )}
        <Refused failure={refused} />
        <button type="submit" className="button primary" disabled={busy || (own && problemOf(draft) !== null)}>
          {t(`step.${name}`)}
        </button>
      </form>
    </Dialog>
  );
}

// Asked for by the police; the court or the law does the rest.
export function BeginMeasure({ answer, changed }: { answer: CaseAnswer; changed: () => void }) {
  const { t } = useTranslation("legal");
  const right = useRight("run_case");
  const held = useHeldBack("run_case");
  const loaded = useLoaded(right ? "kinds" : null, law);
  const one = answer.case_record ?? {};
  const [code, setCode] = useState("");
  const [who, setWho] = useState(one.protected_ids?.[0] ?? "");
  const [offence, setOffence] = useState("");
  const { busy, refused, run } = useDeed(changed);
  if (!right) return null;
  const possible = (loaded.data?.kinds ?? []).filter((kind) => kind.path === "application" || kind.path === "urgent" || kind.path === "on_scene");
  const kind = possible.find((each) => each.code === (code || possible[0]?.code));
  const begin = (apply: boolean) => {
    if (!kind) return;
    const conditions = kind.keep_away && who ? statedOf(newDraft(who, undefined, [])).stated : {};
    const stated = { ...conditions, ...(offence ? { offence } : {}) };
    void run(() => beginMeasure(one.id ?? "", { kind: kind.code ?? "", ...(who ? { protected_id: who } : {}), stated, ...(apply ? { apply } : {}) }));
  };
  return (
    <details className="card" data-begin>
      <summary>{t("measure.begin")}</summary>
      <div className="form">
        <label>
          {t("measure.kind")}
          <select value={kind?.code ?? ""} onChange={(event) => setCode(event.target.value)}>
            {possible.map((each) => (
              <option key={each.code} value={each.code}>
                {kindName(each)} {each.in_force_from && t("from_date", { date: each.in_force_from })}
              </option>
            ))}
          </select>
        </label>
        <OffenceChoice kind={kind} offences={loaded.data?.offences ?? []} value={offence} change={setOffence} />
        <label>
          {t("measure.protects")}
          <select value={who} onChange={(event) => setWho(event.target.value)}>
            {(one.protected_ids ?? []).map((id) => (
              <option key={id} value={id}>
                {id}
              </option>
            ))}
          </select>
        </label>
        <p className="quiet">{kind?.basis}</p>
        <Refused failure={refused} />
        <HeldBack why={held} />
        <div className="deeds">
          <button type="button" className="button primary" disabled={busy || !kind || held !== null} onClick={() => begin(kind?.path === "application")}>
            {t(kind?.path === "application" ? "measure.begin_and_apply" : "measure.begin")}
          </button>
        </div>
      </div>
    </details>
  );
}
