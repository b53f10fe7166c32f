// The door, loaded when somebody stands before it: account, password and code; or one key, pasted or typed.
import { type FormEvent, useState } from "react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { LanguageSwitch } from "./chrome";
import { ask, type Capabilities, read, SignInError, type SignInProblem, signOut, surface } from "./session";
import { addWords } from "./words";
import en from "./words/door.en.json";
import ko from "./words/door.ko.json";

addWords("kit", { ko, en });

// Her phone is paired with a key; everybody else has an account.
const KEY_FIRST = surface === "me";

async function signInAs(account: string, password: string, code: string): Promise<Capabilities> {
  const answer = await ask("/api/v1/sign-in", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ account, password, code }),
  });
  if (answer.status === 401 || answer.status === 400) throw new SignInError("wrong_account");
  if (answer.status === 429) throw new SignInError("busy");
  return read(answer);
}

export default function SignIn(props: {
  problem: SignInProblem | null;
  onKey: (key: string) => void;
  onIn: (who: Capabilities) => void;
  foot?: ReactNode;
}) {
  const { problem, onKey, onIn, foot } = props;
  const { t } = useTranslation("kit");
  const withKey = KEY_FIRST || problem === "wrong_key" || problem === "wrong_role";
  const key = <KeyForm problem={withKey ? problem : null} onKey={onKey} />;
  const account = <AccountForm problem={withKey ? null : problem} onIn={onIn} />;
  return (
    <main className="door">
      <h1>{t("surface:title")}</h1>
      {KEY_FIRST ? key : account}
      <details open={withKey && !KEY_FIRST}>
        <summary className="button">{t(KEY_FIRST ? "door.with_account" : "door.with_key")}</summary>
        {KEY_FIRST ? account : key}
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
  const enter = async (event: FormEvent) => {
    event.preventDefault();
    setAsking(true);
    setRefused(null);
    try {
      onIn(await signInAs(account.trim(), password, code.trim()));
    } catch (error) {
      const why = error instanceof SignInError ? error.problem : "no_server";
      if (why === "wrong_role") void signOut(); // it was signed in, but not for this screen
      setRefused(why);
      setPassword("");
      setCode("");
      setAsking(false);
    }
  };
  const wrong = refused === "wrong_account";
  return (
    <form onSubmit={(event) => void enter(event)}>
      <label htmlFor="account">{t("door.account")}</label>
      <input id="account" autoComplete={KEY_FIRST ? "off" : "username"} autoCapitalize="none" spellCheck={false} required value={account}
        onChange={(event) => setAccount(event.target.value)} aria-invalid={wrong} />
      <label htmlFor="password">{t("door.password")}</label>
      <input id="password" type="password" autoComplete={KEY_FIRST ? "off" : "current-password"} required value={password}
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
      <p id="lock-help" className="quiet">
        {t("door.lock_help")}
      </p>
    </form>
  );
}

function KeyForm({ problem, onKey }: { problem: SignInProblem | null; onKey: (key: string) => void }) {
  const { t } = useTranslation("kit");
  const [key, setKey] = useState("");
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (key.trim()) onKey(key.trim());
        setKey("");
      }}
    >
      <label htmlFor="key">{t("door.key")}</label>
      <input
        id="key"
        type="password"
        autoComplete="off" // nothing of hers in a password list
        value={key}
        onChange={(event) => setKey(event.target.value)}
        aria-describedby="key-help"
        aria-invalid={problem === "wrong_key"}
      />
      <p id="key-help" className="quiet">
        {t("door.key_help")}
      </p>
      <Refusal problem={problem} />
      <button type="submit" className="button" disabled={!key.trim()}>
        {t("door.enter_key")}
      </button>
    </form>
  );
}
