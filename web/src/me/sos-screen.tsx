// SosScreen: how far the call for help has come. It claims nothing that the server did not say.
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { serverNowMs } from "../kit/clock";
import { clockTime } from "../kit/format";
import { useNow } from "../kit/surface";
import { sos } from "./help";
import { CallRow, QuickExit, type SosAlert } from "./shell";
import type { SosState } from "./sos";

interface Props {
  state: SosState;
  alert: SosAlert | null;
  onBack: () => void;
}

export function SosScreen({ state, alert, onBack }: Props) {
  const { t } = useTranslation();
  const heading = useRef<HTMLHeadingElement>(null);
  const stage = state.phase === "received" ? "received" : state.overdue ? "overdue" : "sending";
  useEffect(() => heading.current?.focus(), [stage]);
  return (
    <div className={`me sos-screen ${stage}`}>
      <header className="top">
        <QuickExit />
      </header>
      <main className="body">
        <div role="alert">
          <h1 tabIndex={-1} ref={heading}>
            {t(`sos.${stage}.title`)}
          </h1>
          <p className="sos-text">{t(state.refused === "session" ? "sos.refused" : `sos.${stage}.text`)}</p>
        </div>
        {stage === "received" ? <Received state={state} alert={alert} onBack={onBack} /> : <Unsent state={state} onBack={onBack} />}
      </main>
    </div>
  );
}

function Unsent({ state, onBack }: { state: SosState; onBack: () => void }) {
  const { t } = useTranslation();
  useNow(1000);
  const seconds = Math.max(0, Math.floor((Date.now() - (state.pressed?.pressedAtMs ?? 0)) / 1000));
  return (
    <>
      <div className="big-calls">
        <CallRow big />
      </div>
      <p className="tries">
        <span className="turning" aria-hidden="true" /> {t("sos.trying", { n: Math.max(1, state.tries) })}
        <span className="number" aria-hidden="true">
          {" "}
          {t("sos.since", { n: seconds })}
        </span>
      </p>
      <button type="button" className="button" onClick={() => sos.retryNow()}>
        {t("sos.again")}
      </button>
      {state.overdue && (
        <button type="button" className="button" onClick={onBack}>
          {t("sos.back")}
        </button>
      )}
    </>
  );
}

function Received({ state, alert, onBack }: Props) {
  const { t } = useTranslation();
  const [mistake, setMistake] = useState(false);
  const steps = alert?.steps ?? [];
  // By the server's clock, as all the other times here.
  const pressedAtMs = (state.pressed?.pressedAtMs ?? 0) + serverNowMs() - Date.now();
  return (
    <>
      <ol className="steps">
        <li className="done">{t("sos.step.sent", { time: clockTime(pressedAtMs) })}</li>
        <li className="done">{t("sos.step.received", { time: clockTime(state.receivedAtMs) })}</li>
        {steps.map((step) => (
          <li key={step.name} className="done">
            {t(`sos.step.${step.name}`, { time: clockTime(step.atMs) })}
          </li>
        ))}
        <li>{t(alert?.cleared ? "sos.step.cleared" : steps.length > 0 ? "sos.step.waiting" : "sos.step.nothing_yet")}</li>
      </ol>
      {state.alertId && <p className="receipt">{t("sos.receipt", { id: state.alertId })}</p>}
      <div className="calls">
        <CallRow />
      </div>
      {mistake ? (
        <section className="card" aria-live="polite">
          <p>{t("sos.mistake.text")}</p>
          <a className="button primary" href="tel:112">
            {t("sos.mistake.call")}
          </a>
        </section>
      ) : (
        <button type="button" className="button" onClick={() => setMistake(true)}>
          {t("sos.mistake.name")}
        </button>
      )}
      <button type="button" className="button" onClick={onBack}>
        {t("sos.back")}
      </button>
    </>
  );
}
