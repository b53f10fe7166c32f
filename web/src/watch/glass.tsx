// Breaking the glass, as an officer does it, and answering for it, as a second person does.
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Empty } from "../kit/chrome";
import { serverNowMs, msOf } from "../kit/clock";
import { useLoaded } from "../kit/load";
import { useNow } from "../kit/surface";
import { bare } from "../legal/asks";
import { Due, Fact, Facts, HeldBack, LoadedView, Moment, Refused, useDeed, useHeldBack } from "../legal/parts";
import { answerGlass, breakGlass, type BrokenGlass, glasses, position } from "./asks";

const REASONS = ["GLASS_REASON_DANGER_TO_LIFE", "GLASS_REASON_MISSING_PERSON", "GLASS_REASON_SYSTEM_FAULT"] as const;
const MINUTES = [5, 15, 30] as const;
const WAITING_MS = 5_000; // how soon a second person sees it

export function BreakGlass() {
  const { t } = useTranslation("watch");
  const held = useHeldBack("break_glass");
  const [person, setPerson] = useState("");
  const [reason, setReason] = useState<(typeof REASONS)[number] | "">("");
  const [minutes, setMinutes] = useState<number>(15);
  const [note, setNote] = useState("");
  const [broken, setBroken] = useState<BrokenGlass | null>(null);
  const { busy, refused, run } = useDeed(() => undefined);
  const send = () =>
    void run(async () => {
      if (reason) setBroken(await breakGlass({ person_id: person.trim(), reason, minutes, note: note.trim() }));
    });
  return (
    <section aria-label={t("break.title")}>
      <h2>{t("break.title")}</h2>
      <p>{t("break.explain")}</p>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <label>
          {t("break.person")}
          <input required maxLength={64} value={person} onChange={(event) => setPerson(event.target.value)} />
        </label>
        <label>
          {t("break.reason")}
          <select required value={reason} onChange={(event) => setReason(event.target.value as typeof reason)}>
            <option value="" />
            {REASONS.map((one) => (
              <option key={one} value={one}>
                {t(`reason.${bare(one, "GLASS_REASON_")}`)}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t("break.minutes")}
          <select value={minutes} onChange={(event) => setMinutes(Number(event.target.value))}>
            {MINUTES.map((one) => (
              <option key={one} value={one}>
                {t("minutes", { n: one })}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t("break.note")}
          <textarea required maxLength={600} rows={3} value={note} onChange={(event) => setNote(event.target.value)} />
        </label>
        <Refused failure={refused} />
        <HeldBack why={held} />
        <button type="submit" className="button primary" disabled={busy || held !== null}>
          {t("break.do")}
        </button>
      </form>
      {broken && <Seen key={broken.id} glass={broken} />}
    </section>
  );
}

// Where the person is, for as long as the glass is open and not a moment longer.
function Seen({ glass }: { glass: BrokenGlass }) {
  const { t } = useTranslation("watch");
  useNow(1000);
  const open = serverNowMs() < msOf(glass.ends_at_us);
  const loaded = useLoaded(open ? `position/${glass.id}` : null, () => position(glass.person_id ?? ""), WAITING_MS);
  if (!open) return <p role="status">{t("break.ended")}</p>;
  return (
    <section aria-label={t("seen.title")} data-glass={glass.id}>
      <h3>{t("seen.title")}</h3>
      <p>
        <Due atUs={glass.ends_at_us} />
      </p>
      <LoadedView what={t("seen.title")} loaded={loaded}>
        {(at) => {
          const fix = at.fix;
          if (!fix?.place) return <p>{t("seen.none")}</p>;
          const degrees = [fix.place.lat_e7, fix.place.lng_e7].map((value) => ((value ?? 0) / 1e7).toFixed(5)).join(", ");
          return (
            <Facts>
              <Fact name={t("seen.place")}>{degrees}</Fact>
              <Fact name={t("seen.accuracy")}>{t("metres", { n: Math.round((fix.accuracy_mm ?? 0) / 1000) })}</Fact>
              <Fact name={t("seen.at")}>
                <Moment us={fix.fixed_at_us} />
              </Fact>
            </Facts>
          );
        }}
      </LoadedView>
    </section>
  );
}

export function Glasses() {
  const { t } = useTranslation("watch");
  const loaded = useLoaded("glasses", glasses, WAITING_MS);
  return (
    <section aria-label={t("glasses.title")}>
      <h2>{t("glasses.title")}</h2>
      <p className="quiet">{t("glasses.explain")}</p>
      <LoadedView what={t("glasses.title")} loaded={loaded}>
        {(list) =>
          list.length === 0 ? <Empty title={t("glasses.none")} /> : (
            <ul className="cards">
              {list.map((glass) => (
                <Glass key={glass.id} glass={glass} changed={loaded.reload} />
              ))}
            </ul>
          )
        }
      </LoadedView>
    </section>
  );
}

function Glass({ glass, changed }: { glass: BrokenGlass; changed: () => void }) {
  const { t } = useTranslation("watch");
  const held = useHeldBack("watch");
  const { busy, refused, run } = useDeed(changed);
  const waits = !glass.answered_by;
  return (
    <li className="card" data-glass={glass.id} data-waits={waits}>
      <h3>
        {waits && <span aria-hidden="true">■ </span>}
        {t("glasses.one", { account: glass.account, person: glass.person_id })}
      </h3>
      <Facts>
        <Fact name={t("break.reason")}>{t(`reason.${bare(glass.reason, "GLASS_REASON_")}`)}</Fact>
        <Fact name={t("break.note")}>{glass.note ?? ""}</Fact>
        <Fact name={t("glasses.from")}>
          <Moment us={glass.broken_at_us} />
        </Fact>
        <Fact name={t("glasses.until")}>
          <Moment us={glass.ends_at_us} />
        </Fact>
        {!waits && (
          <Fact name={t("glasses.answer")}>
            {t(`verdict.${bare(glass.verdict, "REVIEW_VERDICT_")}`)} · {glass.answered_by}
          </Fact>
        )}
      </Facts>
      {waits && (
        <div className="deeds">
          {(["REVIEW_VERDICT_JUSTIFIED", "REVIEW_VERDICT_NOT_JUSTIFIED"] as const).map((verdict) => (
            <button
              key={verdict}
              type="button"
              className="button"
              disabled={busy || held !== null}
              title={held ?? undefined}
              onClick={() => void run(() => answerGlass(glass.id ?? "", verdict))}
            >
              {t(`glasses.say.${bare(verdict, "REVIEW_VERDICT_")}`)}
            </button>
          ))}
        </div>
      )}
      <Refused failure={refused} />
    </li>
  );
}
