// My sessions and second factor; and for an administrator the accounts of others.
import { type FormEvent, useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { LanguageSwitch, LinkBar, ThemeSwitch } from "../kit/chrome";
import { msOf } from "../kit/clock";
import { dateTime } from "../kit/format";
import { ApiFailure, type Loaded, useLoaded } from "../kit/load";
import { ACCOUNT_IDLE_MS, useIdle } from "../kit/idle";
import { useLive } from "../kit/surface";
import { Acts } from "./acts";
import { ApiKeys } from "./api-keys";
import { addressOf, endOwnSession, homeOf, type Notice, type OwnAccount, ownAccount, renew } from "./ask";
import { Node } from "./node";
import { FactorFields, Refusal, Table, useFactors } from "./parts";
import { Passkeys } from "./passkeys";
import { People } from "./people";
import { useProviderOf } from "./provider";

export function Page() {
  const { t } = useTranslation();
  const { who, leave } = useLive();
  useIdle(ACCOUNT_IDLE_MS, leave);
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
        {(loaded.data?.notices ?? []).length > 0 && <Notices notices={loaded.data?.notices ?? []} />}
        {loaded.data && provider !== null && <Sessions account={loaded.data} loaded={loaded} byProvider={provider !== ""} />}
        {loaded.data && provider && <p>{t("by_provider", { name: provider })}</p>}
        {loaded.data && provider === "" && <Passkeys account={loaded.data} loaded={loaded} />}
        {loaded.data && provider === "" && <Renewal account={loaded.data} />}
        {(who.actions ?? []).includes("answer_act") && <Acts />}
        {(who.actions ?? []).includes("run_accounts") && <People />}
        {(who.actions ?? []).includes("run_accounts") && <ApiKeys />}
        {(who.actions ?? []).includes("run_accounts") && <Node />}
      </main>
    </div>
  );
}

function Sessions({ account, loaded, byProvider }: { account: OwnAccount; loaded: Loaded<OwnAccount>; byProvider: boolean }) {
  const { t } = useTranslation();
  const factors = useFactors();
  const [refused, setRefused] = useState<string | null>(null);
  const sessions = account.sessions ?? [];
  const end = async (id: string) => {
    setRefused(null);
    try {
      await endOwnSession(id, byProvider ? {} : factors.shown);
    } catch (error) {
      const wrong = error instanceof ApiFailure && error.status === 403;
      setRefused(t(!wrong ? "failed" : byProvider ? "sessions.come_again" : "factors.wrong"));
    }
    factors.forget();
    loaded.reload();
  };
  return (
    <section aria-labelledby="sessions">
      <h2 id="sessions">{t("sessions.title")}</h2>
      <p className="quiet">{t("sessions.help")}</p>
      <Refusal text={refused} />
      <Table of="sessions" columns={["surface", "address", "began", "seen", "ends"]}>
        {sessions.map((one) => (
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
                <button type="button" className="button small" disabled={!byProvider && !factors.complete} onClick={() => void end(one.id ?? "")}>
                  {t("sessions.end")}
                </button>
              )}
            </td>
          </tr>
        ))}
      </Table>
      {sessions.length > 1 && !byProvider && (
        <form onSubmit={(event) => event.preventDefault()}>
          <p className="quiet">{t("sessions.factors")}</p>
          <FactorFields of="sessions" factors={factors} />
        </form>
      )}
    </section>
  );
}

function Notices({ notices }: { notices: Notice[] }) {
  const { t } = useTranslation();
  return (
    <section aria-labelledby="notices">
      <h2 id="notices">{t("notices.title")}</h2>
      <p className="quiet">{t("notices.help")}</p>
      <ul>
        {notices.map((one) => (
          <li key={`${one.at_us} ${one.event}`} data-notice={one.event}>
            {dateTime(msOf(one.at_us))} {t(`notices.${one.event ?? ""}`)} {one.address && t("notices.from", { address: one.address })}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Renewal({ account }: { account: OwnAccount }) {
  const { t } = useTranslation();
  const factors = useFactors();
  const [refused, setRefused] = useState<string | null>(null);
  const begin = async (event: FormEvent) => {
    event.preventDefault();
    setRefused(null);
    try {
      const link = await renew(factors.shown);
      location.assign(addressOf(link));
      location.reload(); // only what is behind '#' has changed
    } catch (error) {
      setRefused(t(error instanceof ApiFailure && error.status === 403 ? "factors.wrong" : "failed"));
      factors.forget();
    }
  };
  return (
    <section aria-labelledby="factors">
      <h2 id="factors">{t("factors.title")}</h2>
      <p data-recovery-codes={account.recovery_codes_left ?? 0}>{t("factors.left", { n: account.recovery_codes_left ?? 0 })}</p>
      <p className="quiet">{t("factors.help")}</p>
      <form onSubmit={(event) => void begin(event)}>
        <FactorFields of="old" factors={factors} />
        <Refusal text={refused} />
        <button type="submit" className="button">
          {t("factors.renew")}
        </button>
      </form>
    </section>
  );
}
