// The accounts of others: invite by a one-time link, unlock, disable, end all sessions.
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { msOf } from "../kit/clock";
import { dateTime } from "../kit/format";
import { ApiFailure, useLoaded } from "../kit/load";
import { useLive } from "../kit/surface";
import { type AccountChange, type AccountItem, accounts, addressOf, change, create, type EnrolmentLink } from "./ask";

const ROLES = ["control", "dispatch", "unit", "protected_person", "probation", "police", "court", "registrar", "auditor", "privacy", "administrator"];
// What else an account of a role has to say.
const TIES: Record<string, "person_id" | "unit_id" | "agency_id"> = {
  dispatch: "agency_id", police: "agency_id", court: "agency_id", unit: "unit_id", protected_person: "person_id",
};

export function People() {
  const { t } = useTranslation();
  const loaded = useLoaded("accounts", accounts, 5_000);
  const [link, setLink] = useState<EnrolmentLink | null>(null);
  const [refused, setRefused] = useState<"taken" | "incomplete" | "failed" | null>(null);
  const attempt = async (act: () => Promise<EnrolmentLink | undefined>) => {
    setRefused(null);
    try {
      setLink((await act()) ?? null);
    } catch (error) {
      const status = error instanceof ApiFailure ? error.status : 0;
      setRefused(status === 409 ? "taken" : status === 400 ? "incomplete" : "failed");
    }
    loaded.reload();
  };
  return (
    <section aria-labelledby="people">
      <h2 id="people">{t("people.title")}</h2>
      <Invitation onInvite={(act) => void attempt(act)} />
      {refused && (
        <p role="alert" className="problem">
          {t(`people.refused.${refused}`)}
        </p>
      )}
      {link && (
        <div role="status" className="link">
          {link.token ? (
            <>
              <p>{t("people.link", { account: link.account ?? "", time: dateTime(msOf(link.expires_at_us)) })}</p>
              <code data-link>{addressOf(link)}</code>
            </>
          ) : (
            <p>{t("people.no_link", { account: link.account ?? "" })}</p>
          )}
        </div>
      )}
      <div className="table-frame" tabIndex={0} role="region" aria-labelledby="people">
        <table>
          <thead>
            <tr>
              {["account", "role", "state", "signed_in", "sessions"].map((name) => (
                <th key={name} scope="col">
                  {t(`people.${name}`)}
                </th>
              ))}
              <td />
            </tr>
          </thead>
          <tbody>
            {(loaded.data ?? []).map((one) => (
              <Row key={one.account?.account} item={one} onChange={(what) => void attempt(async () => (await change(one.account?.account ?? "", what)).link ?? undefined)} />
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Row({ item, onChange }: { item: AccountItem; onChange: (what: AccountChange) => void }) {
  const { t } = useTranslation();
  const { who } = useLive();
  const name = item.account?.account ?? "";
  const locked = Number(item.locked_until_us ?? 0) > 0;
  const deeds: [AccountChange, boolean][] = [
    ["ACCOUNT_CHANGE_INVITE", item.state !== "ACCOUNT_STATE_DISABLED"],
    ["ACCOUNT_CHANGE_UNLOCK", locked],
    ["ACCOUNT_CHANGE_END_SESSIONS", (item.sessions ?? 0) > 0],
    ["ACCOUNT_CHANGE_DISABLE", item.state !== "ACCOUNT_STATE_DISABLED" && name !== who.account],
    ["ACCOUNT_CHANGE_ENABLE", item.state === "ACCOUNT_STATE_DISABLED"],
  ];
  return (
    <tr data-person={name}>
      <th scope="row">{name}</th>
      <td>{t(`role.${item.account?.role ?? ""}`)}</td>
      <td>
        {t(`state.${item.state ?? ""}`)} {locked && <strong>{t("people.locked", { time: dateTime(msOf(item.locked_until_us)) })}</strong>}
      </td>
      <td>{Number(item.signed_in_at_us ?? 0) > 0 ? dateTime(msOf(item.signed_in_at_us)) : t("people.never")}</td>
      <td>{item.sessions ?? 0}</td>
      <td className="deeds">
        {deeds
          .filter(([, may]) => may)
          .map(([what]) => (
            <button key={what} type="button" className="button small" onClick={() => onChange(what)}>
              {t(`change.${what}`)}
            </button>
          ))}
      </td>
    </tr>
  );
}

function Invitation({ onInvite }: { onInvite: (act: () => Promise<EnrolmentLink>) => void }) {
  const { t } = useTranslation();
  const [account, setAccount] = useState("");
  const [role, setRole] = useState("control");
  const [tie, setTie] = useState("");
  const name = TIES[role];
  const invite = (event: FormEvent) => {
    event.preventDefault();
    const wearers = role === "probation" ? { wearer_ids: tie.split(/[\s,]+/).filter(Boolean) } : {};
    onInvite(() => create({ account: account.trim(), role, ...(name ? { [name]: tie.trim() } : {}), ...wearers }));
  };
  const asked = name ?? (role === "probation" ? "wearer_ids" : null);
  return (
    <form className="inline" onSubmit={invite}>
      <label>
        {t("people.account")}
        <input name="new-account" required autoCapitalize="none" spellCheck={false} autoComplete="off" value={account} onChange={(event) => setAccount(event.target.value)} />
      </label>
      <label>
        {t("people.role")}
        <select name="new-role" value={role} onChange={(event) => setRole(event.target.value)}>
          {ROLES.map((each) => (
            <option key={each} value={each}>
              {t(`role.${each}`)}
            </option>
          ))}
        </select>
      </label>
      {asked && (
        <label>
          {t(`people.${asked}`)}
          <input name="new-tie" required={name !== undefined} autoComplete="off" value={tie} onChange={(event) => setTie(event.target.value)} />
        </label>
      )}
      <button type="submit" className="button primary">
        {t("people.invite")}
      </button>
    </form>
  );
}
