// The keys of other systems: made for a role and a time, shown once, ended.
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { msOf } from "../kit/clock";
import { dateTime } from "../kit/format";
import { useLoaded } from "../kit/load";
import { type ApiKeyItem, apiKeys, endApiKey, makeApiKey } from "./ask";
import { NameField, Refusal, refusalOf, type RefusedRegistration, RoleField, Table } from "./parts";
import { Proof } from "./proof";

const ROLES = ["connector", "registrar", "auditor"];
const DAY_MS = 86_400_000;
const DAYS = [365, 90, 7];

export function ApiKeys() {
  const { t } = useTranslation();
  const loaded = useLoaded("api-keys", apiKeys, 15_000);
  const [made, setMade] = useState<{ account: string; key: string } | null>(null);
  const [refused, setRefused] = useState<RefusedRegistration | null>(null);
  const [asked, setAsked] = useState<(() => Promise<unknown>) | null>(null);
  const attempt = async (act: () => Promise<unknown>) => {
    setRefused(null);
    setAsked(null);
    setMade(null);
    try {
      await act();
    } catch (error) {
      const why = refusalOf(error);
      setRefused(why);
      if (why === "factor") setAsked(() => act);
    }
    loaded.reload();
  };
  const make = (account: string, role: string, agency: string, days: number) =>
    attempt(async () => {
      const viewer = { account, role, ...(role === "connector" ? { agency_id: agency } : {}) };
      const answer = await makeApiKey(viewer, Date.now() + days * DAY_MS);
      setMade({ account, key: answer.key ?? "" });
    });
  return (
    <section aria-labelledby="keys">
      <h2 id="keys">{t("keys.title")}</h2>
      <p className="quiet">{t("keys.help")}</p>
      <NewKey onMake={(...what) => void make(...what)} />
      <Refusal text={refused && t(`people.refused.${refused}`)} />
      {asked && <Proof of="keys" onProved={() => void attempt(asked)} />}
      {made && (
        <div role="status" className="link">
          <p>{t("keys.new", { account: made.account })}</p>
          <code data-key>{made.key}</code>
        </div>
      )}
      {(loaded.data ?? []).length > 0 && <Keys keys={loaded.data ?? []} onEnd={(id) => void attempt(() => endApiKey(id))} />}
    </section>
  );
}

function Keys({ keys, onEnd }: { keys: ApiKeyItem[]; onEnd: (id: string) => void }) {
  const { t } = useTranslation();
  return (
    <Table of="keys" columns={["system", "role", "made", "by", "ends"]}>
      {keys.map((one) => (
        <tr key={one.id} data-api-key={one.viewer?.account}>
          <th scope="row">{one.viewer?.account}</th>
          <td>{t(`role.${one.viewer?.role ?? ""}`)}</td>
          <td>{dateTime(msOf(one.made_at_us))}</td>
          <td>{one.made_by}</td>
          <td>{dateTime(msOf(one.expires_at_us))}</td>
          <td>
            <button type="button" className="button small" onClick={() => onEnd(one.id ?? "")}>
              {t("keys.end")}
            </button>
          </td>
        </tr>
      ))}
    </Table>
  );
}

function NewKey({ onMake }: { onMake: (account: string, role: string, agency: string, days: number) => void }) {
  const { t } = useTranslation();
  const [account, setAccount] = useState("");
  const [role, setRole] = useState("connector");
  const [agency, setAgency] = useState("");
  const [days, setDays] = useState(365);
  const make = (event: FormEvent) => {
    event.preventDefault();
    onMake(account.trim(), role, agency.trim(), days);
  };
  return (
    <form className="inline" onSubmit={make}>
      <NameField name="key-account" label={t("keys.system")} value={account} onChange={setAccount} />
      <RoleField name="key-role" label={t("keys.role")} roles={ROLES} value={role} onChange={setRole} />
      {role === "connector" && (
        <label>
          {t("people.agency_id")}
          <input name="key-agency" required autoComplete="off" value={agency} onChange={(event) => setAgency(event.target.value)} />
        </label>
      )}
      <label>
        {t("keys.lasts")}
        <select name="key-days" value={days} onChange={(event) => setDays(Number(event.target.value))}>
          {DAYS.map((each) => (
            <option key={each} value={each}>
              {t("keys.days", { n: each })}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" className="button primary">
        {t("keys.make")}
      </button>
    </form>
  );
}
