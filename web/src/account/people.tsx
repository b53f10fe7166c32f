// The accounts of others: one-time links, unlocking, disabling, ending all sessions.
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { msOf } from "../kit/clock";
import { dateTime } from "../kit/format";
import { useLoaded } from "../kit/load";
import { useLive } from "../kit/surface";
import { type AccountChange, type AccountItem, accounts, addressOf, change, create, type EnrolmentLink } from "./ask";
import { NameField, Refusal, refusalOf, type RefusedRegistration, RoleField, Table } from "./parts";
import { Proof } from "./proof";

const ROLES = ["control", "dispatch", "unit", "protected_person", "probation", "police", "court", "registrar", "auditor", "privacy", "administrator"];
// What else an account of a role has to say.
const TIES: Record<string, "person_id" | "unit_id" | "agency_id"> = {
  dispatch: "agency_id", police: "agency_id", court: "agency_id", unit: "unit_id", protected_person: "person_id",
};

// Links for somebody who had a way in: how the person was known is asked.
const GIVES_BACK = new Set<AccountChange>(["ACCOUNT_CHANGE_NEW_PASSWORD", "ACCOUNT_CHANGE_NEW_FACTOR", "ACCOUNT_CHANGE_INVITE"]);
const KNOWN_BY_MIN = 4;

export function People() {
  const { t } = useTranslation();
  const loaded = useLoaded("accounts", accounts, 5_000);
  const [link, setLink] = useState<EnrolmentLink | null>(null);
  const [refused, setRefused] = useState<RefusedRegistration | null>(null);
  const [asked, setAsked] = useState<(() => Promise<EnrolmentLink | undefined>) | null>(null);
  const [knownBy, setKnownBy] = useState("");
  const attempt = async (act: () => Promise<EnrolmentLink | undefined>) => {
    setRefused(null);
    setAsked(null);
    try {
      setLink((await act()) ?? null);
      setKnownBy("");
    } catch (error) {
      const why = refusalOf(error);
      setRefused(why);
      if (why === "factor") setAsked(() => act);
    }
    loaded.reload();
  };
  return (
    <section aria-labelledby="people">
      <h2 id="people">{t("people.title")}</h2>
      <Invitation onInvite={(act) => void attempt(act)} />
      <Refusal text={refused && t(`people.refused.${refused}`)} />
      {asked && <Proof of="people" onProved={() => void attempt(asked)} />}
      {link && (
        <div role="status" className="link">
          {link.token ? (
            <>
              <p>{t("people.link", { account: link.account ?? "", time: dateTime(msOf(link.expires_at_us)) })}</p>
              <code data-link>{addressOf(link)}</code>
            </>
          ) : (
            <p>{t(link.sent ? "people.sent" : "people.no_link", { account: link.account ?? "" })}</p>
          )}
        </div>
      )}
      <label>
        {t("people.known_by")}
        <input name="known-by" list="known-by" autoComplete="off" maxLength={80} aria-describedby="known-by-help" value={knownBy} onChange={(event) => setKnownBy(event.target.value)} />
      </label>
      <datalist id="known-by">
        {["seen", "called", "superior"].map((one) => (
          <option key={one} value={t(`people.known.${one}`)} />
        ))}
      </datalist>
      <p id="known-by-help" className="quiet">
        {t("people.known_by_help")}
      </p>
      <Table of="people" columns={["account", "role", "state", "signed_in", "sessions"]}>
        {(loaded.data ?? []).map((one) => (
          <Row key={one.account?.account} item={one} isKnown={knownBy.trim().length >= KNOWN_BY_MIN}
            onChange={(what) => void attempt(async () => (await change(one.account?.account ?? "", what, knownBy.trim())).link ?? undefined)} />
        ))}
      </Table>
    </section>
  );
}

function Row({ item, isKnown, onChange }: { item: AccountItem; isKnown: boolean; onChange: (what: AccountChange) => void }) {
  const { t } = useTranslation();
  const { who } = useLive();
  const name = item.account?.account ?? "";
  const locked = Number(item.locked_until_us ?? 0) > 0;
  const enrolled = item.state === "ACCOUNT_STATE_ACTIVE";
  const deeds: [AccountChange, boolean][] = [
    ["ACCOUNT_CHANGE_NEW_PASSWORD", enrolled],
    ["ACCOUNT_CHANGE_NEW_FACTOR", enrolled],
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
            <button key={what} type="button" className="button small" disabled={enrolled && !isKnown && GIVES_BACK.has(what)} onClick={() => onChange(what)}>
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
      <NameField name="new-account" label={t("people.account")} value={account} onChange={setAccount} />
      <RoleField name="new-role" label={t("people.role")} roles={ROLES} value={role} onChange={setRole} />
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
