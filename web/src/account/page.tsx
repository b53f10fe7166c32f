// My sessions and second factor; and for an administrator the accounts of others.
import { type FormEvent, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { LanguageSwitch, LinkBar, ThemeSwitch } from "../kit/chrome";
import { msOf } from "../kit/clock";
import { dateTime } from "../kit/format";
import { ApiFailure, type Loaded, useLoaded } from "../kit/load";
import { useLive } from "../kit/surface";
import { ApiKeys } from "./api-keys";
import { addressOf, endOwnSession, homeOf, type OwnAccount, ownAccount, renew } from "./ask";
import { Passkeys } from "./passkeys";
import { People } from "./people";
import { useProviderOf } from "./provider";

export function Page() {
  const { t } = useTranslation();
  const { who, leave } = useLive();
  const loaded = useLoaded("own", ownAccount, 15_000);
  const provider = useProviderOf(who.account ?? "");
  const home = homeOf(who.role);
  useEffect(() => {
    document.title = t("title");
  }, [t]);
  return (
    <div className="account-frame">
      <header>
        <h1>{t("title")}</h1>
        <span className="chip" data-account={who.account}>
          {who.account}
        </span>
        {home !== "account" && <a href={`/${home}/`}>{t("home")}</a>}
        <span className="spring" />
        <ThemeSwitch preferred="light" />
        <LanguageSwitch />
        <button type="button" className="button small" onClick={leave}>
          {t("leave")}
        </button>
      </header>
      <LinkBar />
      <main>
        {loaded.failure && (
          <p role="status" className="problem">
            {t(loaded.failure.status === 400 ? "key_only" : "failed")}
          </p>
        )}
        {loaded.data && <Sessions account={loaded.data} loaded={loaded} />}
        {loaded.data && provider && <p>{t("by_provider", { name: provider })}</p>}
        {loaded.data && provider === "" && <Passkeys account={loaded.data} loaded={loaded} />}
        {loaded.data && provider === "" && <Factors account={loaded.data} />}
        {(who.actions ?? []).includes("run_accounts") && <People />}
        {(who.actions ?? []).includes("run_accounts") && <ApiKeys />}
      </main>
    </div>
  );
}

function Sessions({ account, loaded }: { account: OwnAccount; loaded: Loaded<OwnAccount> }) {
  const { t } = useTranslation();
  const [failed, setFailed] = useState(false);
  const end = async (id: string) => {
    setFailed(false);
    await endOwnSession(id).catch(() => setFailed(true));
    loaded.reload();
  };
  return (
    <section aria-labelledby="sessions">
      <h2 id="sessions">{t("sessions.title")}</h2>
      <p className="quiet">{t("sessions.help")}</p>
      {failed && (
        <p role="alert" className="problem">
          {t("failed")}
        </p>
      )}
      <div className="table-frame" tabIndex={0} role="region" aria-labelledby="sessions">
        <table>
          <thead>
            <tr>
              {["surface", "address", "began", "seen", "ends"].map((name) => (
                <th key={name} scope="col">
                  {t(`sessions.${name}`)}
                </th>
              ))}
              <td />
            </tr>
          </thead>
          <tbody>
            {(account.sessions ?? []).map((one) => (
              <tr key={one.id} data-session={one.id}>
                <th scope="row">{t(`surface_name.${one.surface ?? ""}`)}</th>
                <td>{one.address}</td>
                <td>{dateTime(msOf(one.began_at_us))}</td>
                <td>{dateTime(msOf(one.seen_at_us))}</td>
                <td>{dateTime(msOf(one.ends_at_us))}</td>
                <td>
                  {one.current ? (
                    <span className="chip">{t("sessions.current")}</span>
                  ) : (
                    <button type="button" className="button small" onClick={() => void end(one.id ?? "")}>
                      {t("sessions.end")}
                    </button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

function Factors({ account }: { account: OwnAccount }) {
  const { t } = useTranslation();
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const [refused, setRefused] = useState<"wrong" | "failed" | null>(null);
  const begin = async (event: FormEvent) => {
    event.preventDefault();
    setRefused(null);
    try {
      const link = await renew(password, code.trim());
      location.assign(addressOf(link));
      location.reload(); // only what is behind '#' has changed
    } catch (error) {
      setRefused(error instanceof ApiFailure && error.status === 403 ? "wrong" : "failed");
      setPassword("");
      setCode("");
    }
  };
  return (
    <section aria-labelledby="factors">
      <h2 id="factors">{t("factors.title")}</h2>
      <p data-recovery-codes={account.recovery_codes_left ?? 0}>{t("factors.left", { n: account.recovery_codes_left ?? 0 })}</p>
      <p className="quiet">{t("factors.help")}</p>
      <form onSubmit={(event) => void begin(event)}>
        <label htmlFor="old-password">{t("kit:door.password")}</label>
        <input id="old-password" type="password" autoComplete="current-password" required value={password} onChange={(event) => setPassword(event.target.value)} />
        <label htmlFor="old-code">{t("kit:door.code")}</label>
        <input id="old-code" autoComplete="one-time-code" required value={code} onChange={(event) => setCode(event.target.value)} />
        {refused && (
          <p role="alert" className="problem">
            {t(refused === "wrong" ? "factors.wrong" : "failed")}
          </p>
        )}
        <button type="submit" className="button">
          {t("factors.renew")}
        </button>
      </form>
    </section>
  );
}
