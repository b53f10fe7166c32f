// Setting up: first whether this phone can be trusted, then her consent and one permission at a time, each with its reason, then
// a trial of the alarm and of the call for help in which nothing is sent.
import { useEffect, useRef, useState } from "react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ConsentStep } from "./consent";
import { phone } from "./phone";
import { NoticeTest } from "./settings";
import { SosBar } from "./sos-bar";
import { usePhone } from "./shell";

export function Setup({ onConsent, onDone }: { onConsent: () => void; onDone: () => void }) {
  const { t } = useTranslation();
  const { location, notices } = usePhone();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <div className="sheet">
      <h1 tabIndex={-1} ref={heading}>
        {t("setup.title")}
      </h1>
      <ol className="setup-steps">
        <Step name="phone" />
        <Step name="consent">
          <ConsentStep onOpen={onConsent} />
        </Step>
        <Step name="location" said={t(`setup.location.${location}`)}>
          {(location === "unasked" || location === "off") && (
            <button type="button" className="button primary wide" onClick={() => phone.askLocation()}>
              {t("setup.location.allow")}
            </button>
          )}
        </Step>
        <Step name="notices" said={t(`setup.notices.${notices}`)}>
          {notices === "unasked" && (
            <button type="button" className="button primary wide" onClick={() => void phone.askNotices()}>
              {t("setup.notices.allow")}
            </button>
          )}
        </Step>
        <Step name="install" />
        <Step name="alarm">
          <NoticeTest />
        </Step>
        <Step name="practice">
          <Practice />
        </Step>
      </ol>
      <button type="button" className="button primary wide" onClick={onDone}>
        {t("setup.done")}
      </button>
    </div>
  );
}

function Step(props: { name: string; said?: string; children?: ReactNode }) {
  const { t } = useTranslation();
  const lines = t(`setup.${props.name}.why`).split("\n");
  return (
    <li className="card">
      <h2>{t(`setup.${props.name}.title`)}</h2>
      {lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
      {props.said && (
        <p role="status">
          <strong>{props.said}</strong>
        </p>
      )}
      {props.children}
    </li>
  );
}

function Practice() {
  const { t } = useTranslation();
  const [stage, setStage] = useState<"before" | "now" | "done">("before");
  if (stage === "now") {
    return (
      <div className="practice">
        <p>
          <strong>{t("setup.practice.mark")}</strong>
        </p>
        <SosBar onSend={() => setStage("done")} />
      </div>
    );
  }
  return (
    <>
      <p role="status">{stage === "done" && t("setup.practice.done")}</p>
      <button type="button" className="button wide" onClick={() => setStage("now")}>
        {t("setup.practice.begin")}
      </button>
    </>
  );
}
