// Opened without a network: what is kept here, so that the next step can be pressed; nothing of anybody.
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { LanguageSwitch, LinkBar, useTheme } from "../kit/chrome";
import { outbox } from "./desk";
import { type KeptDuty, keptDuty } from "./keep";
import { reportedOf, waitingOf } from "./outbox";
import { OutboxNotes, Steps, Top, useOutbox, useSettings } from "./parts";
import { nextStep, statusOffCall, statusOnCall } from "./steps";

function useKept(): KeptDuty | null {
  const [duty, setDuty] = useState<KeptDuty | null>(null);
  useEffect(() => {
    void keptDuty().then((kept) => {
      if (kept) void outbox.load(kept.unitId);
      setDuty(kept);
    });
  }, []);
  return duty;
}

export function Offline() {
  const { t } = useTranslation();
  const duty = useKept();
  const state = useOutbox();
  const { room } = useSettings();
  useTheme("dark");
  const reported = reportedOf(state);
  const status = duty && (duty.callId ? statusOnCall(duty.status, duty.callId, reported) : statusOffCall(duty.status, reported));
  return (
    <div className="field">
      <Top callSign={duty?.callSign ?? ""} status={status} />
      <LinkBar advice={t("radio")} />
      <main className="free">
        <section className="card state">
          <p className="state-word">{t("offline.title")}</p>
          <p>{t(duty?.callId ? "offline.call" : "offline.no_call", { call: duty?.callId })}</p>
          <p className="quiet">{t("offline.nothing")}</p>
        </section>
        <LanguageSwitch />
      </main>
      <footer className="foot">
        <OutboxNotes />
        <div className="secondary">
          <a className="button" href={`tel:${room}`}>
            {t("call_room")}
          </a>
        </div>
        {duty?.callId && status && <Steps step={nextStep(status)} callId={duty.callId} />}
      </footer>
    </div>
  );
}

// Below the sign-in: what waits for it.
export function Foot() {
  const { t } = useTranslation();
  useKept();
  const state = useOutbox();
  const { room } = useSettings();
  useTheme("dark");
  const waiting = waitingOf(state).length;
  return (
    <section className="door-foot">
      {waiting > 0 && <p role="status">{t("door.waiting", { n: waiting })}</p>}
      <a className="button" href={`tel:${room}`}>
        {t("call_room")}
      </a>
    </section>
  );
}
