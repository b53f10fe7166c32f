// Before she is shown for the first time where he is: what she may do with it and what the law threatens, and her consent.
// Text and code of the notice are the server's, of her country: she agrees to what she was shown. Without that her alerts come,
// and distances do not. She may take it back at any time.
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../kit/api";
import { msOf } from "../kit/clock";
import { dateTime } from "../kit/format";
import { ApiFailure, useLoaded } from "../kit/load";
import { addWords, language } from "../kit/words";
import { consent, myCases } from "./court-wire";
import en from "./words/consent.en.json";
import ko from "./words/consent.ko.json";

addWords("surface", { ko, en });

const LINES = ["alone", "without", "back"] as const;

// On the first screen, below all else, while it is for her to decide.
export function ConsentCard({ onOpen }: { onOpen: () => void }) {
  const { t } = useTranslation();
  const { data } = useLoaded("me/cases", myCases);
  if (!data || data.consent?.view_allowed || Number(data.consent?.taken_back_at_us ?? 0) > 0) return null;
  return (
    <section className="card" data-consent="open">
      <h2>{t("consent.title")}</h2>
      <p>{t("consent.card")}</p>
      <button type="button" className="button primary wide" onClick={onOpen}>
        {t("consent.open")}
      </button>
    </section>
  );
}

// While she sets up her phone.
export function ConsentStep({ onOpen }: { onOpen: () => void }) {
  const { t } = useTranslation();
  const { data } = useLoaded("me/cases", myCases);
  return (
    <>
      <p role="status">{data && <strong>{t(data.consent?.view_allowed ? "consent.agreed" : "consent.not_agreed")}</strong>}</p>
      <button type="button" className={data?.consent?.view_allowed ? "button wide" : "button primary wide"} onClick={onOpen}>
        {t("consent.open")}
      </button>
    </>
  );
}

export function Consent({ onDone }: { onDone: () => void }) {
  const { t } = useTranslation();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const loaded = useLoaded("me/cases", myCases);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const notice = loaded.data?.notice;
  const text = (language() === "ko" ? notice?.text_ko : notice?.text_en) ?? "";
  const say = async (agreed: Schemas["ConsentInput"]) => {
    setBusy(true);
    setProblem("");
    try {
      await consent(agreed);
      loaded.reload();
    } catch (error) {
      setProblem(t(error instanceof ApiFailure && error.status !== 0 ? "consent.refused" : "consent.unsent"));
    }
    setBusy(false);
  };
  const now = loaded.data?.consent;
  return (
    <div className="sheet">
      <h1 tabIndex={-1} ref={heading}>
        {t("consent.title")}
      </h1>
      {text && (
        <p>
          <strong>{text}</strong>
        </p>
      )}
      {LINES.map((line) => (
        <p key={line}>{t(`consent.${line}`)}</p>
      ))}
      {loaded.loading && <p role="status">{t("kit:waiting")}</p>}
      {loaded.failure && (
        <p role="alert">
          {t("consent.failed")}{" "}
          <button type="button" className="button" onClick={loaded.reload}>
            {t("consent.again")}
          </button>
        </p>
      )}
      {now?.view_allowed && <TakeBack at={dateTime(msOf(now.given_at_us))} busy={busy} say={() => void say({ given: false })} />}
      {notice?.code && text && !now?.view_allowed && (
        <Give key={notice.code} busy={busy} say={() => void say({ notice_code: notice.code ?? "", given: true })} />
      )}
      <p role="alert">{problem && <strong>{problem}</strong>}</p>
      <button type="button" className="button wide" onClick={onDone}>
        {t(now?.view_allowed ? "consent.done" : "consent.later")}
      </button>
    </div>
  );
}

function Give({ busy, say }: { busy: boolean; say: () => void }) {
  const { t } = useTranslation();
  const [read, setRead] = useState(false);
  return (
    <section className="card">
      <label className="choice">
        <input type="checkbox" checked={read} onChange={() => setRead(!read)} />
        <span>{t("consent.read")}</span>
      </label>
      <button type="button" className="button primary wide" disabled={busy || !read} onClick={say}>
        {t("consent.give")}
      </button>
    </section>
  );
}

function TakeBack({ at, busy, say }: { at: string; busy: boolean; say: () => void }) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState(false);
  return (
    <section className="card" data-consent="given">
      <p role="status">
        <strong>{t("consent.given", { time: at })}</strong>
      </p>
      {asked ? (
        <div className="row">
          <button type="button" className="button danger" disabled={busy} onClick={say}>
            {t("consent.really")}
          </button>
          <button type="button" className="button" onClick={() => setAsked(false)}>
            {t("consent.keep")}
          </button>
        </div>
      ) : (
        <button type="button" className="button wide" onClick={() => setAsked(true)}>
          {t("consent.take_back")}
        </button>
      )}
    </section>
  );
}
