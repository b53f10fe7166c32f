// The door, loaded when somebody stands before it: account, password, and code or passkey; or one key, pasted, typed, or
// offered by the address that was opened.
import { type FormEvent, useEffect, useState } from "react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "./api";
import { LanguageSwitch } from "./chrome";
import { passkeysKnown, provePasskey } from "./passkey";
import { ask, type Capabilities, read, SignInError, type SignInProblem, signOut, surface } from "./session";
import { addWords } from "./words";
import en from "./words/door.en.json";
import ko from "./words/door.ko.json";

addWords("kit", { ko, en });

async function signInAs(shown: Schemas["SignInInput"]): Promise<Capabilities> {
  const answer = await ask("/api/v1/sign-in", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(shown),
  });
  if (answer.status === 401 || answer.status === 400) throw new SignInError("wrong_account");
  if (answer.status === 429) throw new SignInError("busy");
  return read(answer);
}

async function signInBy(key: string): Promise<Capabilities> {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  const answer = await ask("/api/v1/session", { method: "POST", headers, body: JSON.stringify({ surface }) });
  if (answer.status === 400) throw new SignInError("wrong_key");
  return read(answer);
}

async function passkeyProof(): Promise<Schemas["PasskeyProof"]> {
  const answer = await ask("/api/v1/sign-in/passkey", {});
  if (!answer.ok) throw new SignInError("no_server");
  const asked = (await answer.json()) as Schemas["PasskeyChallenge"];
  return provePasskey(asked).catch(() => {
    throw new SignInError("no_passkey");
  });
}

// How one may sign in here; nothing until the server has said so.
function useWays(): Schemas["SignInWays"] {
  const [ways, setWays] = useState<Schemas["SignInWays"]>({});
  useEffect(() => {
    const read = async () => {
      const answer = await ask("/api/v1/sign-in/ways", {});
      if (answer.ok) setWays((await answer.json()) as Schemas["SignInWays"]);
    };
    read().catch(() => undefined); // account, password and code are there without it
  }, []);
  return ways;
}

export default function SignIn(props: { problem: SignInProblem | null; offered: string; onIn: (who: Capabilities) => void; foot?: ReactNode }) {
  const { problem, offered, onIn, foot } = props;
  const { t } = useTranslation("kit");
  const account = <AccountForm problem={problem} onIn={onIn} />;
  const key = <KeyForm offered={offered} onIn={onIn} />;
  return (
    <main className="door">
      <h1>{t("surface:title")}</h1>
      {offered ? key : account}
      <details>
        <summary className="button">{t(offered ? "door.with_account" : "door.with_key")}</summary>
        {offered ? account : key}
      </details>
      <LanguageSwitch />
      {foot}
    </main>
  );
}

function Refusal({ problem }: { problem: SignInProblem | null }) {
  const { t } = useTranslation("kit");
  return (
    problem && (
      <p role="alert" className="problem">
        {t(`door.${problem}`)}
      </p>
    )
  );
}

function AccountForm({ problem, onIn }: { problem: SignInProblem | null; onIn: (who: Capabilities) => void }) {
  const { t } = useTranslation("kit");
  const [account, setAccount] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [refused, setRefused] = useState<SignInProblem | null>(null);
  const [asking, setAsking] = useState(false);
  const ways = useWays();
  const passkeys = ways.passkeys === true && passkeysKnown;
  const enter = async (secondFactor: () => Promise<Schemas["SignInInput"]>) => {
    setAsking(true);
    setRefused(null);
    try {
      onIn(await signInAs({ account: account.trim(), password, ...(await secondFactor()) }));
    } catch (error) {
      const why = error instanceof SignInError ? error.problem : "no_server";
      if (why === "wrong_role") void signOut(); // it was signed in, but not for this screen
      setRefused(why);
      setPassword("");
      setCode("");
      setAsking(false);
    }
  };
  const withCode = (event: FormEvent) => {
    event.preventDefault();
    void enter(() => Promise.resolve({ code: code.trim() }));
  };
  const wrong = refused === "wrong_account";
  return (
    <form onSubmit={withCode}>
      <label htmlFor="account">{t("door.account")}</label>
      <input id="account" autoComplete="username" autoCapitalize="none" spellCheck={false} required value={account}
        onChange={(event) => setAccount(event.target.value)} aria-invalid={wrong} />
      <label htmlFor="password">{t("door.password")}</label>
      <input id="password" type="password" autoComplete="current-password" required value={password}
        onChange={(event) => setPassword(event.target.value)} aria-invalid={wrong} aria-describedby="lock-help" />
      <label htmlFor="code">{t("door.code")}</label>
      <input id="code" autoComplete="one-time-code" autoCapitalize="characters" spellCheck={false} required value={code}
        onChange={(event) => setCode(event.target.value)} aria-invalid={wrong} aria-describedby="code-help" />
      <p id="code-help" className="quiet">
        {t("door.code_help")}
      </p>
      <Refusal problem={refused ?? problem} />
      <button type="submit" className="button primary" disabled={asking}>
        {t(asking ? "door.waiting" : "door.enter")}
      </button>
      {passkeys && account.trim() !== "" && password !== "" && (
        <button type="button" className="button" disabled={asking} onClick={() => void enter(async () => ({ passkey: await passkeyProof() }))}>
          {t("door.with_passkey")}
        </button>
      )}
      {(ways.providers ?? []).map((one) => (
        <a key={one.id} className="button" href={`/api/v1/sign-in/providers/${one.id ?? ""}?surface=${surface}`}>
          {t("door.with_provider", { name: one.name ?? "" })}
        </a>
      ))}
      <p id="lock-help" className="quiet">
        {t("door.lock_help")}
      </p>
    </form>
  );
}

function KeyForm({ offered, onIn }: { offered: string; onIn: (who: Capabilities) => void }) {
  const { t } = useTranslation("kit");
  const [key, setKey] = useState(offered);
  const [refused, setRefused] = useState<SignInProblem | null>(null);
  const enter = async (event: FormEvent) => {
    event.preventDefault();
    setRefused(null);
    try {
      onIn(await signInBy(key.trim()));
    } catch (error) {
      const why = error instanceof SignInError ? error.problem : "no_server";
      if (why === "wrong_role") void signOut();
      setRefused(why);
      setKey("");
    }
  };
  return (
    <form onSubmit={(event) => void enter(event)}>
      <label htmlFor="key">{t("door.key")}</label>
      <input id="key" type="password" autoComplete="off" value={key} onChange={(event) => setKey(event.target.value)}
        aria-describedby="key-help" aria-invalid={refused === "wrong_key"} />
      <p id="key-help" className="quiet">
        {t(offered ? "door.key_offered" : "door.key_help")}
      </p>
      <Refusal problem={refused} />
      <button type="submit" className="button" disabled={!key.trim()} autoFocus={offered !== ""}>
        {t("door.enter_key")}
      </button>
    </form>
  );
}
