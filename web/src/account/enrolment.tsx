// What a one-time link opens: a password, an authenticator or both are set; what stays is asked for. Recovery codes are
// shown once.
import { type FormEvent, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { encode } from "uqr";
import { api, type Problem, type Schemas } from "../kit/api";
import { LanguageSwitch } from "../kit/chrome";
import { ApiFailure, patience, take } from "../kit/load";
import { addWords } from "../kit/words";
import doorEn from "../kit/words/door.en.json";
import doorKo from "../kit/words/door.ko.json";
import { homeOf } from "./ask";
import "../kit/theme.css";

addWords("kit", { ko: doorKo, en: doorEn });

type Question = Schemas["Enrolment"];

export function Enrolment({ token }: { token: string }) {
  const { t } = useTranslation();
  const [asked, setAsked] = useState<Question | "ended" | "failed" | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  useEffect(() => {
    document.title = t("enrol.title");
    take(api.POST("/api/v1/enrolment/question", { body: { token }, signal: patience() })).then(setAsked, (error: unknown) =>
      setAsked(error instanceof ApiFailure && error.status === 404 ? "ended" : "failed"),
    );
  }, [token, t]);
  return (
    <main className="door enrolment">
      <h1>{t("enrol.title")}</h1>
      {asked === "ended" || asked === "failed" ? (
        <p role="alert" className="problem">
          {t(asked === "ended" ? "enrol.ended" : "failed")}
        </p>
      ) : codes && asked ? (
        <Codes codes={codes} home={homeOf(asked.role)} />
      ) : (
        asked && <Setting token={token} asked={asked} onDone={setCodes} />
      )}
      <LanguageSwitch />
    </main>
  );
}

function Setting({ token, asked, onDone }: { token: string; asked: Question; onDone: (codes: string[]) => void }) {
  const { t } = useTranslation();
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const [code, setCode] = useState("");
  const [refused, setRefused] = useState<string | null>(null);
  const [asking, setAsking] = useState(false);
  const send = async (event: FormEvent) => {
    event.preventDefault();
    if (!asked.password_stays && password !== again) return setRefused("differ");
    setAsking(true);
    setRefused(null);
    try {
      // Signed in where this role works, so that the next page is open already.
      const headers = { "Haechi-Surface": homeOf(asked.role) };
      const answer = await api.POST("/api/v1/enrolment", { body: { token, password, code: code.trim() }, headers, signal: patience() });
      const codes = answer.data?.recovery_codes ?? [];
      if (answer.data && codes.length === 0) return location.assign(`/${homeOf(asked.role)}/`); // those from before are still good
      if (answer.data) return onDone(codes);
      const { field } = answer.error as Partial<Problem>;
      const known = ["password", "code", "clock", "token"].includes(field ?? "");
      setRefused(answer.response.status === 403 ? "stays" : known ? (field ?? "") : "failed");
    } catch {
      setRefused("failed");
    }
    setAsking(false);
  };
  return (
    <form onSubmit={(event) => void send(event)}>
      <p>{t("enrol.who", { account: asked.account ?? "", role: t(`role.${asked.role ?? ""}`) })}</p>
      <input type="hidden" autoComplete="username" value={asked.account ?? ""} readOnly />
      {asked.password_stays ? (
        <>
          <label htmlFor="old-password">{t("enrol.password_stays")}</label>
          <input id="old-password" type="password" autoComplete="current-password" required value={password} onChange={(event) => setPassword(event.target.value)} />
        </>
      ) : (
        <>
          <label htmlFor="new-password">{t("enrol.password")}</label>
          <input id="new-password" type="password" autoComplete="new-password" minLength={12} required aria-describedby="rule" value={password}
            onChange={(event) => setPassword(event.target.value)} />
          <p id="rule" className="quiet">
            {t("enrol.rule")}
          </p>
          <label htmlFor="again">{t("enrol.again")}</label>
          <input id="again" type="password" autoComplete="new-password" required value={again} onChange={(event) => setAgain(event.target.value)} />
        </>
      )}
      {!asked.factor_stays && <Authenticator asked={asked} />}
      <label htmlFor="first-code">{t(asked.factor_stays ? "enrol.factor_stays" : "enrol.code")}</label>
      <input id="first-code" autoComplete="one-time-code" autoCapitalize="characters" required value={code} onChange={(event) => setCode(event.target.value)} />
      {refused && (
        <p role="alert" className="problem">
          {t(`enrol.refused.${refused}`)}
        </p>
      )}
      <button type="submit" className="button primary" disabled={asking}>
        {t(asking ? "kit:door.waiting" : "enrol.set")}
      </button>
    </form>
  );
}

// What the new authenticator has to hold.
function Authenticator({ asked }: { asked: Question }) {
  const { t } = useTranslation();
  return (
    <>
      <p>{t("enrol.authenticator")}</p>
      <QrCode text={asked.totp_uri ?? ""} name={t("enrol.qr")} />
      <code data-secret>{(asked.totp_secret ?? "").replace(/(.{4})(?=.)/g, "$1 ")}</code>
      <a className="button" href={asked.totp_uri}>
        {t("enrol.open")}
      </a>
    </>
  );
}

// Dark on light in both themes, with the margin that cameras need.
function QrCode({ text, name }: { text: string; name: string }) {
  const { data, size } = encode(text, { ecc: "M", border: 4 });
  const dark = data.flatMap((row, y) => row.map((is, x) => (is ? `M${x} ${y}h1v1h-1z` : ""))).join("");
  return (
    <svg className="qr" role="img" aria-label={name} viewBox={`0 0 ${size} ${size}`} shapeRendering="crispEdges">
      <rect width={size} height={size} fill="#fff" />
      <path d={dark} fill="#000" />
    </svg>
  );
}

function Codes({ codes, home }: { codes: string[]; home: string }) {
  const { t } = useTranslation();
  return (
    <section className="codes" aria-labelledby="codes">
      <h2 id="codes">{t("enrol.codes")}</h2>
      <p>{t("enrol.codes_help")}</p>
      <ol>
        {codes.map((code) => (
          <li key={code}>
            <code data-recovery>{code}</code>
          </li>
        ))}
      </ol>
      <a className="button primary" href={`/${home}/`}>
        {t("enrol.go")}
      </a>
    </section>
  );
}
