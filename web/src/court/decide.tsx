// What the court does with a petition: takes it in, orders for the time being, decides with conditions and reasons, signs.
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Dialog } from "../kit/chrome";
import { serverNowMs } from "../kit/clock";
import { useLive } from "../kit/surface";
import { decide, docket, interim, type LawKind, type PetitionAnswer } from "../legal/asks";
import { endOfDayUs } from "../legal/clocks";
import { ConditionsEditor } from "../legal/conditions";
import { type Draft, newDraft, problemOf, statedOf } from "../legal/draft";
import { kindName } from "../legal/names";
import { HeldBack, Refused, useDeed, useHeldBack, useRight } from "../legal/parts";

export function Decide({ answer, changed }: { answer: PetitionAnswer; changed: () => void }) {
  const { t } = useTranslation();
  const right = useRight("decide_measure");
  const state = answer.petition?.state;
  if (!right) return <p className="quiet">{t("legal:held_back.right")}</p>;
  if (state === "PETITION_STATE_FILED") return <TakeIn answer={answer} changed={changed} />;
  if (state !== "PETITION_STATE_DOCKETED") return <p className="quiet">{t("decide.over")}</p>;
  return (
    <>
      <Decision answer={answer} changed={changed} />
      <Interim answer={answer} changed={changed} />
    </>
  );
}

function TakeIn({ answer, changed }: { answer: PetitionAnswer; changed: () => void }) {
  const { t } = useTranslation();
  const [number, setNumber] = useState("");
  const held = useHeldBack("decide_measure");
  const { busy, refused, run } = useDeed(changed);
  return (
    <section className="card">
      <h3>{t("take_in.title")}</h3>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          void run(() => docket(answer.petition?.id ?? "", number.trim()));
        }}
      >
        <label>
          {t("take_in.number")}
          <input required maxLength={64} value={number} onChange={(event) => setNumber(event.target.value)} />
        </label>
        <Refused failure={refused} />
        <HeldBack why={held} />
        <button type="submit" className="button primary" disabled={busy || held !== null}>
          {t("take_in.do")}
        </button>
      </form>
    </section>
  );
}

const firstDraft = (answer: PetitionAnswer): Draft =>
  newDraft(answer.petition?.protected_id ?? "", answer.measures?.find((one) => one.stated?.conditions?.length)?.stated, answer.zones ?? []);

function Interim({ answer, changed }: { answer: PetitionAnswer; changed: () => void }) {
  const { t } = useTranslation();
  const kinds = answer.interim_kinds ?? [];
  const today = new Date(serverNowMs()).toISOString().slice(0, 10);
  const later = (kind: LawKind) => (kind.in_force_from ?? "") > today;
  const [code, setCode] = useState((kinds.find((kind) => !later(kind)) ?? kinds[0])?.code ?? "");
  const held = useHeldBack("decide_measure");
  const { busy, refused, run } = useDeed(changed);
  if (answer.petition?.interim_measure_id) return null; // it stands among the measures
  if (kinds.length === 0) return null;
  return (
    <details className="card" data-interim>
      <summary>{t("interim.title")}</summary>
      <div className="form">
        <p className="quiet">{t("interim.explain")}</p>
        <label>
          {t("interim.kind")}
          <select value={code} onChange={(event) => setCode(event.target.value)}>
            {kinds.map((kind) => (
              <option key={kind.code} value={kind.code} disabled={later(kind)}>
                {kindName(kind)} {later(kind) && t("legal:from_date", { date: kind.in_force_from })}
              </option>
            ))}
          </select>
        </label>
        <Refused failure={refused} />
        <HeldBack why={held} />
        <button type="button" className="button primary" disabled={busy || held !== null} onClick={() => void run(() => interim(answer.petition?.id ?? "", { kind: code }))}>
          {t("interim.do")}
        </button>
      </div>
    </details>
  );
}

function Decision({ answer, changed }: { answer: PetitionAnswer; changed: () => void }) {
  const { t } = useTranslation();
  const { who } = useLive();
  const held = useHeldBack("decide_measure");
  const [granted, setGranted] = useState<boolean | null>(null);
  const [draft, setDraft] = useState(() => firstDraft(answer));
  const [until, setUntil] = useState("");
  const [reasons, setReasons] = useState("");
  const [signing, setSigning] = useState(false);
  const { busy, refused, run } = useDeed(() => {
    setSigning(false);
    changed();
  });
  const ready = granted !== null && reasons.trim() !== "" && (!granted || problemOf(draft) === null);
  const sign = () => {
    const conditions = granted ? statedOf(draft) : null;
    void run(() =>
      decide(answer.petition?.id ?? "", {
        granted: granted === true,
        reasons: reasons.trim(),
        ...(granted && until ? { until_us: endOfDayUs(until) } : {}),
        ...(conditions ? { stated: conditions.stated, zones: conditions.zones } : {}),
      }),
    );
  };
  return (
    <section className="card" data-decision>
      <h3>{t("decide.title")}</h3>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          setSigning(true);
        }}
      >
        <fieldset className="conditions">
          <legend>{t("decide.what")}</legend>
          {[true, false].map((each) => (
            <label key={String(each)} className="tick">
              <input type="radio" name="granted" checked={granted === each} onChange={() => setGranted(each)} /> {t(each ? "decide.grant" : "decide.deny")}
            </label>
          ))}
        </fieldset>
        {granted && (
          <>
            <label>
              {t("decide.until")}
              <input type="date" value={until} onChange={(event) => setUntil(event.target.value)} />
            </label>
            <p className="quiet">{t("decide.until_note")}</p>
            <ConditionsEditor draft={draft} change={setDraft} />
          </>
        )}
        <label>
          {t("decide.reasons")}
          <textarea rows={5} maxLength={6000} required value={reasons} onChange={(event) => setReasons(event.target.value)} />
        </label>
        <button type="submit" className="button primary" disabled={!ready}>
          {t("decide.sign")}
        </button>
      </form>
      {signing && (
        <Dialog title={t("decide.sign_title")} onClose={() => setSigning(false)}>
          <p>{t(granted ? "decide.sign_grant" : "decide.sign_deny", { docket: answer.petition?.docket ?? "" })}</p>
          <p>{t("decide.sign_as", { account: who.account ?? "" })}</p>
          <Refused failure={refused} />
          <HeldBack why={held} />
          <div className="deeds">
            <button type="button" className="button primary" disabled={busy || held !== null} data-deed="sign" onClick={sign}>
              {t("decide.sign_do")}
            </button>
            <button type="button" className="button" onClick={() => setSigning(false)}>
              {t("decide.back")}
            </button>
          </div>
        </Dialog>
      )}
    </section>
  );
}
