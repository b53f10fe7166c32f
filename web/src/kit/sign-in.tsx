// The door: one key, pasted or typed.
import { useState } from "react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { LanguageSwitch } from "./chrome";
import { type SignInProblem, surface } from "./session";

export function SignIn(props: { problem: SignInProblem | null; onKey: (key: string) => void; foot?: ReactNode }) {
  const { problem, onKey, foot } = props;
  const { t } = useTranslation("kit");
  const [key, setKey] = useState("");
  return (
    <main className="door">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (key.trim()) onKey(key.trim());
          setKey("");
        }}
      >
        <h1>{t("surface:title")}</h1>
        <label htmlFor="key">{t("sign_in.key")}</label>
        <input
          id="key"
          type="password"
          autoComplete={surface === "me" ? "off" : "current-password"} // nothing of hers in a password list
          value={key}
          onChange={(event) => setKey(event.target.value)}
          aria-describedby="key-help"
          aria-invalid={problem === "wrong_key"}
        />
        <p id="key-help" className="quiet">
          {t("sign_in.help")}
        </p>
        {problem && (
          <p role="alert" className="problem">
            {t(`sign_in.${problem}`)}
          </p>
        )}
        <button type="submit" className="button primary" disabled={!key.trim()}>
          {t("sign_in.enter")}
        </button>
      </form>
      <LanguageSwitch />
      {foot}
    </main>
  );
}
