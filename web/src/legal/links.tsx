// Open link proposals: somebody against whom there is a case seems to wear a device already. Whether they are one person is
// said by a human, and the step that is missing is taken from here; each with the clock it waits under.
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Empty } from "../kit/chrome";
import { bare, decideLink, type LinkAnswer, links, stepLink } from "./asks";
import { useCases } from "./news";
import { kindName, useKindName } from "./names";
import { CaseLinkTo, Due, Fact, Facts, LoadedView, Moment, PersonLink, Refused, useDeed, useHeldBack } from "./parts";

const REASONS = ["measure_not_needed", "ended", "other"] as const;

export function Links() {
  const { t } = useTranslation("legal");
  const [all, setAll] = useState(false);
  const loaded = useCases(all ? "links/all" : "links/open", () => links(all ? "all" : "open"));
  return (
    <section aria-label={t("links.title")}>
      <div className="page-head">
        <h2>{t("links.title")}</h2>
        <label className="tick">
          <input type="checkbox" checked={all} onChange={() => setAll(!all)} /> {t("show_all")}
        </label>
      </div>
      <p className="quiet">{t("links.explain")}</p>
      <LoadedView what={t("links.title")} loaded={loaded}>
        {(list) =>
          list.length === 0 ? (
            <Empty title={t("links.none")} />
          ) : (
            <ul className="cards">
              {list.map((one) => (
                <OneLink key={one.link?.id} answer={one} changed={loaded.reload} whole />
              ))}
            </ul>
          )
        }
      </LoadedView>
    </section>
  );
}

// `whole`: the answer is all that the server knows of it; on the pages of a case or a person it is the link alone.
export function OneLink({ answer, changed, whole = false }: { answer: LinkAnswer; changed: () => void; whole?: boolean }) {
  const { t } = useTranslation("legal");
  const nameOf = useKindName();
  const link = answer.link ?? {};
  const state = bare(link.state, "LINK_STATE_");
  return (
    <li className={`card link-${state.toLowerCase()}`} data-link-id={link.id} data-state={state}>
      <div className="page-head">
        <h3>
          <PersonLink id={link.subject_id} name={answer.subject_name} /> <span aria-hidden="true">↔</span>{" "}
          <PersonLink id={link.wearer_id} name={answer.wearer_name} />
        </h3>
        {answer.duty ? <Due atUs={answer.duty.due_at_us} /> : whole && <span className="quiet">{t("due.none")}</span>}
      </div>
      <p>
        <span className="chip">{t(`link_state.${state}`)}</span>{" "}
        {answer.duty && (answer.duty.level ?? 0) > 0 && <span className="chip over">{t("escalated", { n: answer.duty.level })}</span>}
      </p>
      <Facts>
        <Fact name={t("case.one")}>
          <CaseLinkTo id={link.case_id} number={answer.case_record?.number} />
        </Fact>
        <Fact name={t("links.grounds")}>
          {link.certain ? t("links.certain") : t("links.likely", { n: link.score ?? 0 })}:{" "}
          {(link.grounds ?? []).map((one) => t(`ground.${one}`, { defaultValue: one })).join(", ") || t("unsaid")}
        </Fact>
        <Fact name={t("links.worn")}>
          {(answer.worn_orders ?? []).map((order) => nameOf(order.kind)).join(", ") || (link.worn_order_ids ?? []).join(", ")}
        </Fact>
        <Fact name={t("links.step")}>
          {t(`link_step.${bare(link.step, "LINK_STEP_")}`)}
          {answer.step_kind && ` · ${kindName(answer.step_kind, link.step_kind)}`}
        </Fact>
        {whole && (
          <Fact name={t("links.officer")}>{[answer.officer, answer.agency_id].filter(Boolean).join(" · ") || t("links.no_officer")}</Fact>
        )}
        <Fact name={t("links.since")}>
          <Moment us={link.opened_at_us} />
        </Fact>
        {link.decided_by && <Fact name={t("links.decided")}>{link.decided_by}</Fact>}
      </Facts>
      <Deeds answer={answer} state={state} changed={changed} />
    </li>
  );
}

function Deeds({ answer, state, changed }: { answer: LinkAnswer; state: string; changed: () => void }) {
  const { t } = useTranslation("legal");
  const held = useHeldBack("decide_link");
  const { busy, refused, run } = useDeed(changed);
  const [reason, setReason] = useState<string>(REASONS[0]);
  const id = answer.link?.id ?? "";
  const off = held !== null || busy;
  if (state !== "IDENTITY" && state !== "OPEN" && state !== "ACCEPTED") return null;
  return (
    <div className="deeds" role="group" aria-label={t("deeds")}>
      {state === "IDENTITY" && (
        <>
          <button type="button" className="button primary" disabled={off} data-deed="same" onClick={() => void run(() => decideLink(id, true, ""))}>
            {t("links.same")}
          </button>
          <button type="button" className="button" disabled={off} data-deed="another" onClick={() => void run(() => decideLink(id, false, "another_person"))}>
            {t("links.another")}
          </button>
        </>
      )}
      {(state === "OPEN" || state === "ACCEPTED") && (
        <button type="button" className="button primary" disabled={off} data-deed="step" onClick={() => void run(() => stepLink(id))}>
          {t(`links.take.${bare(answer.link?.step, "LINK_STEP_")}`)}
        </button>
      )}
      {state === "OPEN" && (
        <>
          <button type="button" className="button" disabled={off} data-deed="accept" onClick={() => void run(() => decideLink(id, true, ""))}>
            {t("links.accept")}
          </button>
          <label>
            <span className="visually-hidden">{t("links.reason")}</span>
            <select value={reason} onChange={(event) => setReason(event.target.value)} disabled={off}>
              {REASONS.map((one) => (
                <option key={one} value={one}>
                  {t(`links.reasons.${one}`)}
                </option>
              ))}
            </select>
          </label>
          <button type="button" className="button" disabled={off} data-deed="decline" onClick={() => void run(() => decideLink(id, false, reason))}>
            {t("links.decline")}
          </button>
        </>
      )}
      {held && <p className="quiet">{held}</p>}
      <Refused failure={refused} />
    </div>
  );
}
