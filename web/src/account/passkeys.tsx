// The passkeys of my account: which there are, adding one, removing one. Both ask for password and code again.
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { msOf } from "../kit/clock";
import { dateTime } from "../kit/format";
import { ApiFailure, type Loaded } from "../kit/load";
import { makePasskey, passkeysKnown } from "../kit/passkey";
import { addPasskey, askForPasskey, type OwnAccount, removePasskey } from "./ask";
import { FactorFields, Refusal, Table, useFactors } from "./parts";

type Trouble = "wrong" | "not_made" | "failed";

function troubleOf(error: unknown): Trouble {
  if (error instanceof ApiFailure) return error.status === 403 ? "wrong" : "failed";
  return "not_made";
}

export function Passkeys({ account, loaded }: { account: OwnAccount; loaded: Loaded<OwnAccount> }) {
  const { t } = useTranslation();
  const [label, setLabel] = useState("");
  const factors = useFactors();
  const [refused, setRefused] = useState<Trouble | null>(null);
  const attempt = async (act: () => Promise<unknown>) => {
    setRefused(null);
    try {
      await act();
      setLabel("");
    } catch (error) {
      setRefused(troubleOf(error));
    }
    factors.forget();
    loaded.reload();
  };
  const add = (event: FormEvent) => {
    event.preventDefault();
    void attempt(async () => {
      const asked = await askForPasskey(factors.shown);
      await addPasskey({ label: label.trim(), ...(await makePasskey(asked, account.account ?? "")) });
    });
  };
  const passkeys = account.passkeys ?? [];
  return (
    <section aria-labelledby="passkeys">
      <h2 id="passkeys">{t("passkeys.title")}</h2>
      <p className="quiet">{t("passkeys.help")}</p>
      {passkeys.length > 0 && (
        <Table of="passkeys" columns={["label", "added", "used"]}>
          {passkeys.map((one) => (
            <tr key={one.id} data-passkey={one.label}>
              <th scope="row">{one.label}</th>
              <td>{dateTime(msOf(one.added_at_us))}</td>
              <td>{Number(one.used_at_us ?? 0) > 0 ? dateTime(msOf(one.used_at_us)) : t("people.never")}</td>
              <td>
                <button type="button" className="button small" disabled={!factors.complete}
                  onClick={() => void attempt(() => removePasskey(one.id ?? "", factors.shown))}>
                  {t("passkeys.remove")}
                </button>
              </td>
            </tr>
          ))}
        </Table>
      )}
      <form onSubmit={add}>
        <FactorFields of="passkey" factors={factors} />
        <label htmlFor="passkey-label">{t("passkeys.label")}</label>
        <input id="passkey-label" autoComplete="off" maxLength={40} required disabled={!passkeysKnown} placeholder={t("passkeys.example")} value={label}
          onChange={(event) => setLabel(event.target.value)} />
        <Refusal text={refused && t(refused === "not_made" ? "passkeys.not_made" : refused === "wrong" ? "factors.wrong" : "failed")} />
        <button type="submit" className="button" disabled={!passkeysKnown}>
          {t("passkeys.add")}
        </button>
      </form>
    </section>
  );
}
