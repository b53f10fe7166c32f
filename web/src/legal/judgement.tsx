// What a judgement, a parole board or a bail decision ordered, written down by whoever may: kind, against whom, for what and
// how long. It is granted with it; what comes next stands among the measures.
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { useLoaded } from "../kit/load";
import { judge, law } from "./asks";
import { endOfDayUs } from "./clocks";
import { newDraft, statedOf } from "./draft";
import { kindName, OffenceChoice } from "./names";
import { HeldBack, Refused, useDeed, useHeldBack, useRight } from "./parts";

export function NewJudgement({ changed }: { changed: () => void }) {
  const { t } = useTranslation("legal");
  const right = useRight("step_measure");
  const [open, setOpen] = useState(false);
  if (!right) return null;
  return (
    <details className="card" data-judgement open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t("judgement.new")}</summary>
      {open && <Form changed={changed} />}
    </details>
  );
}

function Form({ changed }: { changed: () => void }) {
  const { t } = useTranslation("legal");
  const held = useHeldBack("step_measure");
  const loaded = useLoaded("kinds", law);
  const [code, setCode] = useState("");
  const [offence, setOffence] = useState("");
  const [made, setMade] = useState("");
  const { busy, refused, run } = useDeed(changed);
  const possible = (loaded.data?.kinds ?? []).filter((kind) => kind.path === "judgement");
  const kind = possible.find((each) => each.code === (code || possible[0]?.code));
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? "").trim();
    const her = text("protected");
    const conditions = her && kind?.keep_away ? statedOf(newDraft(her, undefined, [])).stated : {};
    setMade("");
    void run(async () => {
      const answer = await judge({
        kind: kind?.code ?? "",
        subject_id: text("subject"),
        ...(her ? { protected_id: her } : {}),
        stated: { ...conditions, ...(offence ? { offence } : {}) },
        ...(text("court") ? { court_id: text("court") } : {}),
        ...(text("until") ? { until_us: endOfDayUs(text("until")) } : {}),
        ...(text("text") ? { text: text("text") } : {}),
      });
      setMade(answer.measure?.id ?? "");
    });
  };
  return (
    <form className="form" onSubmit={send}>
      <label>
        {t("measure.kind")}
        <select value={kind?.code ?? ""} onChange={(event) => setCode(event.target.value)}>
          {possible.map((each) => (
            <option key={each.code} value={each.code}>
              {kindName(each)}
            </option>
          ))}
        </select>
      </label>
      <OffenceChoice kind={kind} offences={loaded.data?.offences ?? []} value={offence} change={setOffence} />
      <label>
        {t("case.subject")}
        <input name="subject" required maxLength={64} />
      </label>
      <label>
        {t("judgement.protected")}
        <input name="protected" maxLength={64} />
      </label>
      <label>
        {t("judgement.court")}
        <input name="court" maxLength={64} />
      </label>
      <label>
        {t("measure.until")}
        <input type="date" name="until" />
      </label>
      <label>
        {t("judgement.text")}
        <textarea name="text" rows={3} maxLength={6000} />
      </label>
      <p className="quiet">{kind?.basis}</p>
      <Refused failure={refused} />
      <HeldBack why={held} />
      <p role="status">{made && t("judgement.made", { id: made })}</p>
      <button type="submit" className="button primary" disabled={busy || !kind || held !== null}>
        {t("judgement.do")}
      </button>
    </form>
  );
}
