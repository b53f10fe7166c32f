// Settings: what the app does and sends, in plain words, and the few things to choose. Nothing chosen here is stored.
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { LanguageSwitch } from "../kit/chrome";
import { useLive, usePicture } from "../kit/surface";
import { notify } from "./notices";
import { keepLockMinutes, Numbers } from "./numbers";
import { unsubscribe } from "../kit/push";
import { usePhone } from "./shell";
import { chooseTheme, useThemeNow } from "./theme";

export function Settings({ onSetup, onPetition, onConsent }: { onSetup: () => void; onPetition: () => void; onConsent: () => void }) {
  const { t } = useTranslation();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  return (
    <div className="sheet">
      <h1 tabIndex={-1} ref={heading}>
        {t("settings.title")}
      </h1>
      <section className="row">
        <LanguageSwitch />
        <ThemeButton />
      </section>
      <Lines />
      <section className="card">
        <h2>{t("settings.court.title")}</h2>
        <p>{t("settings.court.text")}</p>
        <button type="button" className="button wide" onClick={onPetition}>
          {t("settings.court.open")}
        </button>
      </section>
      <Granted onConsent={onConsent} />
      <Plain name="sos" />
      <section className="card">
        <h2>{t("settings.test.title")}</h2>
        <p>{t("settings.test.text")}</p>
        <NoticeTest />
        <button type="button" className="button wide" onClick={onSetup}>
          {t("setup.open")}
        </button>
      </section>
      <Numbers />
      <Plain name="exit" />
      <Plain name="sent" />
      <Plain name="kept" />
      <Plain name="name" />
      <Plain name="warning" />
      <SignOut />
    </div>
  );
}

// A heading and its sentences, one paragraph each.
function Plain({ name }: { name: "sos" | "exit" | "sent" | "kept" | "name" | "warning" }) {
  const { t } = useTranslation();
  const lines = t(`settings.${name}.text`).split("\n");
  return (
    <section className="card">
      <h2>{t(`settings.${name}.title`)}</h2>
      {lines.map((line) => (
        <p key={line}>{line}</p>
      ))}
    </section>
  );
}

function Lines() {
  const { t } = useTranslation();
  return (
    <section className="card">
      <h2>{t("settings.lines.title")}</h2>
      <a className="button wide" href="tel:112">
        {t("settings.lines.112")}
      </a>
      <a className="button wide" href="tel:1366">
        {t("settings.lines.1366")}
      </a>
    </section>
  );
}

// What is granted is known only from what the server gives now: the order itself is not on this phone.
function Granted({ onConsent }: { onConsent: () => void }) {
  const { t } = useTranslation();
  const modes = [...usePicture().views.values()].map((view) => (view.mode === "VIEW_MODE_MAP" ? "map" : "distance"));
  return (
    <section className="card">
      <h2>{t("settings.granted.title")}</h2>
      <p>{t("settings.granted.text")}</p>
      <p>{t("settings.granted.map")}</p>
      <p>
        <strong>{t(`settings.granted.now_${modes.includes("map") ? "map" : modes.length > 0 ? "distance" : "none"}`)}</strong>
      </p>
      <p>{t("settings.granted.where")}</p>
      <button type="button" className="button wide" onClick={onConsent}>
        {t("settings.granted.consent")}
      </button>
    </section>
  );
}

export function NoticeTest() {
  const { t } = useTranslation();
  const { notices } = usePhone();
  const [said, setSaid] = useState<"" | "sent" | "blocked">("");
  return (
    <>
      <button
        type="button"
        className="button wide"
        onClick={() => void notify().then((came) => setSaid(came ? "sent" : "blocked"))}
      >
        {t("settings.test.send")}
      </button>
      <p role="status">{said && t(said === "blocked" && notices !== "on" ? "settings.test.off" : `settings.test.${said}`)}</p>
    </>
  );
}

function ThemeButton() {
  const { t } = useTranslation("kit");
  const other = useThemeNow() === "dark" ? "light" : "dark";
  return (
    <button type="button" className="button small" onClick={() => chooseTheme(other)}>
      {t(`theme.${other}`)}
    </button>
  );
}

function SignOut() {
  const { t } = useTranslation();
  const { leave } = useLive();
  const signOut = () => void unsubscribe().catch(() => undefined).finally(() => {
    keepLockMinutes(0);
    leave();
  });
  const [asked, setAsked] = useState(false);
  return (
    <section className="card">
      <h2>{t("settings.sign_out.title")}</h2>
      <p>{t("settings.sign_out.text")}</p>
      {asked ? (
        <div className="row">
          <button type="button" className="button danger" onClick={signOut}>
            {t("settings.sign_out.really")}
          </button>
          <button type="button" className="button" onClick={() => setAsked(false)}>
            {t("settings.sign_out.no")}
          </button>
        </div>
      ) : (
        <button type="button" className="button" onClick={() => setAsked(true)}>
          {t("settings.sign_out.title")}
        </button>
      )}
    </section>
  );
}
