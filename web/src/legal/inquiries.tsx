// Inquiries: the police ask where a wearer was, the court permits or refuses, what is permitted is read, and what was seen
// without a permission is destroyed and said so.
import { type FormEvent, type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Empty } from "../kit/chrome";
import { useLoaded } from "../kit/load";
import { useLive } from "../kit/surface";
import { language } from "../kit/words";
import {
  bare, confirmInquiry, decideInquiry, destroyed, type Inquiry, type InquiryAnswer, inquire, inquiries, oneCase, oneInquiry, permittedTrack, type TrackPoint, uses,
} from "./asks";
import { endOfDayUs } from "./clocks";
import { DutyTable } from "./duties";
import { useCases } from "./news";
import { CaseLinkTo, Due, Fact, Facts, HeldBack, LoadedView, Moment, PersonLink, Refused, Rows, useDeed, useHeldBack, useRight } from "./parts";
import { type Span, SpanFields, usOf } from "./times";
import { addressOf, go } from "./where";

const TEXT_MAX = 600; // characters: at most three bytes each
const DAY_US = 86_400_000_000;
const COLUMNS = ["state", "person", "span", "case", "asked"] as const;

const isOpen = (one: Inquiry): boolean => one.state === "INQUIRY_STATE_PENDING" || one.state === "INQUIRY_STATE_GRANTED";

function State({ one }: { one: Inquiry }) {
  const { t } = useTranslation("legal");
  return (
    <span className={isOpen(one) ? "chip in-force" : "chip"} data-state={one.state}>
      {one.state === "INQUIRY_STATE_PENDING" && <span aria-hidden="true">▲ </span>}
      {t(`inquiry.state.${bare(one.state, "INQUIRY_STATE_")}`)}
    </span>
  );
}

function SpanOf({ one }: { one: Inquiry }) {
  return (
    <>
      <Moment us={one.from_us} /> – <Moment us={one.to_us} />
    </>
  );
}

export function Inquiries() {
  const { t } = useTranslation("legal");
  const loaded = useCases("inquiries", () => inquiries());
  return (
    <section aria-label={t("inquiry.several")}>
      <h2>{t("inquiry.several")}</h2>
      <LoadedView what={t("inquiry.several")} loaded={loaded}>
        {(list) =>
          list.length === 0 ? <Empty title={t("inquiry.none")} /> : (
            <Rows title={t("inquiry.several")} head={COLUMNS.map((name) => t(`inquiry.column.${name}`))}>
              {list.map((one) => (
                <tr key={one.id} data-inquiry={one.id}>
                  <td>
                    <State one={one} /> {isOpen(one) && <Due atUs={one.open_until_us} />}
                  </td>
                  <td>
                    <a href={addressOf("inquiry", one.id)}>{one.person_id}</a>
                  </td>
                  <td>
                    <SpanOf one={one} />
                  </td>
                  <td>
                    <CaseLinkTo id={one.case_id} />
                  </td>
                  <td>
                    <Moment us={one.requested_at_us} /> <small className="quiet">{one.requested_by}</small>
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

export function Inquire({ caseId }: { caseId: string }) {
  const { t } = useTranslation("legal");
  const loaded = useLoaded(`inquire/${caseId}`, async () => ({ one: await oneCase(caseId), law: await uses() }));
  return (
    <section aria-label={t("inquiry.ask")}>
      <h2>{t("inquiry.ask")}</h2>
      <p>{t("inquiry.explain")}</p>
      <LoadedView what={t("inquiry.ask")} loaded={loaded}>
        {({ one, law }) => <Ask caseId={caseId} subject={one.case_record?.subject_id ?? ""} law={law} />}
      </LoadedView>
    </section>
  );
}

function Ask({ caseId, subject, law }: { caseId: string; subject: string; law: Awaited<ReturnType<typeof uses>> }) {
  const { t } = useTranslation("legal");
  const held = useHeldBack("run_case");
  const [span, setSpan] = useState<Span>({ from: "", to: "" });
  const [urgent, setUrgent] = useState(false);
  const { busy, refused, run } = useDeed(() => undefined);
  const permitted = (law.uses ?? []).filter((use) => use.court_permission);
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? "").trim();
    void run(async () => {
      const made = await inquire(caseId, {
        person_id: text("person"),
        from_us: usOf(span.from),
        to_us: usOf(span.to),
        use: text("use"),
        reason: text("reason"),
        ...(text("court") ? { court_id: text("court") } : {}),
        ...(urgent ? { urgent: true, approved_by: text("approved") } : {}),
      });
      go("inquiry", made.inquiry?.id ?? "");
    });
  };
  return (
    <form className="form" onSubmit={send}>
      <label>
        {t("inquiry.person")}
        <input name="person" required maxLength={64} defaultValue={subject} />
      </label>
      <SpanFields span={span} change={setSpan} />
      <label>
        {t("inquiry.use")}
        <select name="use">
          {permitted.map((use) => (
            <option key={use.code} value={use.code}>
              {language() === "ko" ? use.purpose_ko : use.purpose_en} · {use.basis}
            </option>
          ))}
        </select>
      </label>
      <label>
        {t("inquiry.court")}
        <input name="court" maxLength={64} />
      </label>
      <label>
        {t("inquiry.reason")}
        <textarea name="reason" required rows={4} maxLength={TEXT_MAX} />
      </label>
      {law.urgent && (
        <label className="tick">
          <input type="checkbox" checked={urgent} onChange={() => setUrgent(!urgent)} /> {t("inquiry.urgent", { n: law.permission_within?.count ?? 0 })}
        </label>
      )}
      {urgent && (
        <>
          <p className="warning">{t("inquiry.urgent_explain")}</p>
          <label>
            {t("inquiry.approved_by")}
            <input name="approved" required maxLength={128} />
          </label>
        </>
      )}
      <Refused failure={refused} />
      <HeldBack why={held} />
      <button type="submit" className="button primary" disabled={busy || held !== null}>
        {t(urgent ? "inquiry.ask_urgent" : "inquiry.ask_do")}
      </button>
    </form>
  );
}

export function InquiryPage({ id }: { id: string }) {
  const { t } = useTranslation("legal");
  const loaded = useCases(`inquiry/${id}`, () => oneInquiry(id));
  return (
    <section aria-label={t("inquiry.one")}>
      <LoadedView what={t("inquiry.one")} loaded={loaded}>
        {(answer) => <One answer={answer} changed={loaded.reload} />}
      </LoadedView>
    </section>
  );
}

function One({ answer, changed }: { answer: InquiryAnswer; changed: () => void }) {
  const { t } = useTranslation("legal");
  const { who } = useLive();
  const one = answer.inquiry ?? {};
  const decides = useRight("decide_measure");
  const waits = one.state === "INQUIRY_STATE_REQUESTED" || one.state === "INQUIRY_STATE_PENDING";
  const destroys = useRight("run_case") && one.to_destroy && Number(one.destroyed_at_us ?? 0) === 0;
  return (
    <>
      <div className="page-head">
        <h2>
          {t("inquiry.one")} <small className="quiet">{one.id}</small>
        </h2>
        <State one={one} />
        {isOpen(one) && <Due atUs={one.open_until_us} />}
      </div>
      <Facts>
        <Fact name={t("inquiry.person")}>
          <PersonLink id={one.person_id} />
        </Fact>
        <Fact name={t("inquiry.column.span")}>
          <SpanOf one={one} />
        </Fact>
        <Fact name={t("case.one")}>
          <CaseLinkTo id={one.case_id} />
        </Fact>
        <Fact name={t("inquiry.column.asked")}>
          <Moment us={one.requested_at_us} /> · {one.requested_by} · {one.agency_id}
        </Fact>
        {one.urgent && (
          <Fact name={t("inquiry.approved_by")}>
            {one.approved_by}
            {Number(one.confirmed_at_us ?? 0) > 0 && (
              <>
                {" "}
                · {t("inquiry.confirmed")} <Moment us={one.confirmed_at_us} />
              </>
            )}
          </Fact>
        )}
        <Fact name={t("inquiry.reason")}>
          <span className="statement">{answer.reason}</span>{" "}
          {!answer.reason_intact && <small className="problem">{t("petition.not_intact")}</small>}
        </Fact>
        {one.decided_by && (
          <Fact name={t("inquiry.decided")}>
            <Moment us={one.decided_at_us} /> · {t("petition.signed", { who: one.decided_by })}
          </Fact>
        )}
        {Number(one.destroyed_at_us ?? 0) > 0 && (
          <Fact name={t("inquiry.destroyed")}>
            <Moment us={one.destroyed_at_us} /> · {one.destroyed_by}
          </Fact>
        )}
      </Facts>
      {answer.decision && <p className="statement">{answer.decision}</p>}
      {(answer.duties ?? []).length > 0 && <DutyTable list={answer.duties ?? []} changed={changed} alone />}
      {answer.may_confirm && <Confirm one={one} changed={changed} />}
      {decides && who.role === "court" && waits && <Decide one={one} changed={changed} />}
      {answer.open && <Track one={one} changed={changed} />}
      <HandedOver one={one} />
      {destroys && <Destroy one={one} changed={changed} />}
    </>
  );
}

// For the one who is named as having approved the urgency.
function Confirm({ one, changed }: { one: Inquiry; changed: () => void }) {
  const { t } = useTranslation("legal");
  const held = useHeldBack("run_case");
  const { busy, refused, run } = useDeed(changed);
  return (
    <section className="card" aria-label={t("inquiry.confirm")}>
      <h3>{t("inquiry.confirm")}</h3>
      <p className="warning">{t("inquiry.confirm_explain")}</p>
      <Refused failure={refused} />
      <HeldBack why={held} />
      <div className="deeds">
        {[true, false].map((yes) => (
          <button key={String(yes)} type="button" className="button" disabled={busy || held !== null} onClick={() => void run(() => confirmInquiry(one.id ?? "", yes))}>
            {t(yes ? "inquiry.confirm_yes" : "inquiry.confirm_no")}
          </button>
        ))}
      </div>
    </section>
  );
}

function Decide({ one, changed }: { one: Inquiry; changed: () => void }) {
  const { t } = useTranslation("legal");
  const held = useHeldBack("decide_measure");
  const [granted, setGranted] = useState<boolean | null>(null);
  const [until, setUntil] = useState("");
  const [reasons, setReasons] = useState("");
  const { busy, refused, run } = useDeed(changed);
  const choice = (value: boolean, name: string): ReactNode => (
    <label className="tick">
      <input type="radio" name="granted" checked={granted === value} onChange={() => setGranted(value)} /> {t(`inquiry.${name}`)}
    </label>
  );
  return (
    <form
      className="card form"
      onSubmit={(event) => {
        event.preventDefault();
        void run(() => decideInquiry(one.id ?? "", {
          granted: granted === true, reasons: reasons.trim(), ...(granted ? { until_us: endOfDayUs(until) } : {}),
        }));
      }}
    >
      <h3>{t("inquiry.decide")}</h3>
      {choice(true, "grant")}
      {choice(false, "refuse")}
      {granted && (
        <label>
          {t("inquiry.until")}
          <input type="date" required value={until} onChange={(event) => setUntil(event.target.value)} />
        </label>
      )}
      <label>
        {t("inquiry.reasons")}
        <textarea required rows={4} maxLength={TEXT_MAX} value={reasons} onChange={(event) => setReasons(event.target.value)} />
      </label>
      <Refused failure={refused} />
      <HeldBack why={held} />
      <button type="submit" className="button primary" disabled={busy || held !== null || granted === null}>
        {t("inquiry.sign")}
      </button>
    </form>
  );
}

// A day at a time: each look is recorded with what it showed.
function Track({ one, changed }: { one: Inquiry; changed: () => void }) {
  const { t } = useTranslation("legal");
  const [day, setDay] = useState(0);
  const [points, setPoints] = useState<readonly TrackPoint[] | null>(null);
  const { busy, refused, run } = useDeed(changed);
  const from = Number(one.from_us ?? 0) + day * DAY_US;
  const to = Math.min(from + DAY_US, Number(one.to_us ?? 0));
  const days = Math.ceil((Number(one.to_us ?? 0) - Number(one.from_us ?? 0)) / DAY_US);
  const read = () =>
    void run(async () => {
      const all: TrackPoint[] = [];
      let after = "";
      do {
        const page = await permittedTrack(one.id ?? "", String(from), String(to), after);
        all.push(...(page.points ?? []));
        after = page.next ?? "";
      } while (after);
      setPoints(all);
    });
  const degrees = (value: number | undefined) => ((value ?? 0) / 1e7).toFixed(5);
  return (
    <section className="card" aria-label={t("inquiry.track")}>
      <h3>{t("inquiry.track")}</h3>
      {one.state === "INQUIRY_STATE_PENDING" && <p className="warning">{t("inquiry.pending")}</p>}
      {days > 1 && (
        <label>
          {t("inquiry.day")}
          <select value={day} onChange={(event) => { setDay(Number(event.target.value)); setPoints(null); }}>
            {Array.from({ length: days }, (_, n) => (
              <option key={n} value={n}>
                {n + 1}
              </option>
            ))}
          </select>
        </label>
      )}
      <button type="button" className="button" disabled={busy} onClick={read}>
        {t("inquiry.read")}
      </button>
      <Refused failure={refused} />
      {points?.length === 0 && <p>{t("inquiry.no_points")}</p>}
      {points && points.length > 0 && (
        <Rows tall title={t("inquiry.track")} head={[t("inquiry.at"), t("inquiry.place")]}>
          {points.map((one) => (
            <tr key={one.point?.fixed_at_us}>
              <td>
                <Moment us={one.point?.fixed_at_us} />
              </td>
              <td>
                {degrees(one.point?.place?.lat_e7)}, {degrees(one.point?.place?.lng_e7)}
              </td>
            </tr>
          ))}
        </Rows>
      )}
    </section>
  );
}

function HandedOver({ one }: { one: Inquiry }) {
  const { t } = useTranslation("legal");
  const list = one.handed_over ?? [];
  return (
    <section className="card" aria-label={t("inquiry.handed_over")}>
      <h3>{t("inquiry.handed_over")}</h3>
      {list.length === 0 && <p className="quiet">{t("inquiry.nothing_handed_over")}</p>}
      <ul className="lines">
        {list.map((row) => (
          <li key={row.account} data-handed-to={row.account}>
            <b>{row.account}</b> <Moment us={row.first_at_us} /> – <Moment us={row.last_at_us} /> · {t("inquiry.answers", { n: row.answers ?? 0 })}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Destroy({ one, changed }: { one: Inquiry; changed: () => void }) {
  const { t } = useTranslation("legal");
  const held = useHeldBack("run_case");
  const [proof, setProof] = useState("");
  const { busy, refused, run } = useDeed(changed);
  return (
    <form
      className="card form"
      onSubmit={(event) => {
        event.preventDefault();
        void run(() => destroyed(one.id ?? "", proof.trim()));
      }}
    >
      <h3>{t("inquiry.destroy")}</h3>
      <p className="warning" role="alert">
        {t("inquiry.destroy_explain")}
      </p>
      <label>
        {t("inquiry.proof")}
        <textarea required rows={3} maxLength={TEXT_MAX} value={proof} onChange={(event) => setProof(event.target.value)} />
      </label>
      <Refused failure={refused} />
      <HeldBack why={held} />
      <button type="submit" className="button primary" disabled={busy || held !== null}>
        {t("inquiry.destroy_do")}
      </button>
    </form>
  );
}
