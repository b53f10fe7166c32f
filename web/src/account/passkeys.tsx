// The passkeys of my account: which there are, adding one, removing one. Both ask for password and code again.
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { msOf } from "../kit/clock";
import { dateTime } from "../kit/format";
import { ApiFailure, type Loaded } from "../kit/load";
import { makePasskey, passkeysKnown } from "../kit/passkey";
import { addPasskey, askForPasskey, type OwnAccount, removePasskey } from "./ask";

type Trouble = "wrong" | "not_made" | "failed";

function troubleOf(error: unknown): Trouble {
  if (error instanceof ApiFailure) return error.status === 403 ? "wrong" : "failed";
  return "not_made";
}

export function Passkeys({ account, loaded }: { account: OwnAccount; loaded: Loaded<OwnAccount> }) {
  const { t } = useTranslation();
  const [label, setLabel] = useState("");
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [refused, setRefused] = useState<Trouble | null>(null);
  const attempt = async (act: () => Promise<unknown>) => {
    setRefused(null);
    try {
      await act();
      setLabel("");
    } catch (error) {
      setRefused(troubleOf(error));
    }
    setPassword("");
    setCode("");
    loaded.reload();
  };
  const add = (event: FormEvent) => {
    event.preventDefault();
    void attempt(async () => {
      const asked = await askForPasskey(password, code.trim());
      await addPasskey({ label: label.trim(), ...(await makePasskey(asked, account.account ?? "")) });
    });
  };
  const passkeys = account.passkeys ?? [];
  return (
    <section aria-labelledby="passkeys">
      <h2 id="passkeys">{t("passkeys.title")}</h2>
      <p className="quiet">{t("passkeys.help")}</p>
      {passkeys.length > 0 && (
        <div className="table-frame" tabIndex={0} role="region" aria-labelledby="passkeys">
          <table>
            <thead>
              <tr>
                {["label", "added", "used"].map((name) => (
                  <th key={name} scope="col">
                    {t(`passkeys.${name}`)}
                  </th>
                ))}
                <td />
              </tr>
            </thead>
            <tbody>
              {passkeys.map((one) => (
                <tr key={one.id} data-passkey={one.label}>
                  <th scope="row">{one.label}</th>
                  <td>{dateTime(msOf(one.added_at_us))}</td>
                  <td>{Number(one.used_at_us ?? 0) > 0 ? dateTime(msOf(one.used_at_us)) : t("people.never")}</td>
                  <td>
                    <button type="button" className="button small" disabled={!password || !code}
                      onClick={() => void attempt(() => removePasskey(one.id ?? "", password, code.trim()))}>
                      {t("passkeys.remove")}
                    </button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <form onSubmit={add}>
        <label htmlFor="passkey-password">{t("kit:door.password")}</label>
        <input id="passkey-password" type="password" autoComplete="current-password" required value={password}
          onChange={(event) => setPassword(event.target.value)} />
        <label htmlFor="passkey-code">{t("kit:door.code")}</label>
        <input id="passkey-code" autoComplete="one-time-code" required value={code} onChange={(event) => setCode(event.target.value)} />
        <label htmlFor="passkey-label">{t("passkeys.label")}</label>
        <input id="passkey-label" autoComplete="off" maxLength={40} required disabled={!passkeysKnown} placeholder={t("passkeys.example")} value={label}
          onChange={(event) => setLabel(event.target.value)} />
        {refused && (
          <p role="alert" className="problem">
            {t(refused === "not_made" ? "passkeys.not_made" : refused === "wrong" ? "factors.wrong" : "failed")}
          </p>
        )}
        <button type="submit" className="button" disabled={!passkeysKnown}>
          {t("passkeys.add")}
        </button>
      </form>
    </section>
  );
}
