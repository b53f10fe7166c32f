// Who is too close to whom to see or decide anything: written down here, and undone here.
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Empty } from "../kit/chrome";
import { useLoaded } from "../kit/load";
import { bare } from "../legal/asks";
import { HeldBack, LoadedView, Refused, useDeed, useHeldBack } from "../legal/parts";
import { recusals, recuse } from "./asks";

const GROUNDS = [
  "RECUSAL_GROUND_SELF", "RECUSAL_GROUND_FAMILY", "RECUSAL_GROUND_FORMER_PARTNER", "RECUSAL_GROUND_COLLEAGUE", "RECUSAL_GROUND_NEIGHBOUR", "RECUSAL_GROUND_OTHER",
] as const;

export function Recusals() {
  const { t } = useTranslation("watch");
  const held = useHeldBack("recuse");
  const loaded = useLoaded("recusals", recusals);
  const [account, setAccount] = useState("");
  const [person, setPerson] = useState("");
  const [ground, setGround] = useState<(typeof GROUNDS)[number] | "">("");
  const { busy, refused, run } = useDeed(loaded.reload);
  const send = () =>
    void run(async () => {
      if (ground) await recuse({ account: account.trim(), person_id: person.trim(), ground });
    });
  return (
    <section aria-label={t("recusals.title")}>
      <h2>{t("recusals.title")}</h2>
      <p className="quiet">{t("recusals.explain")}</p>
      <form
        className="form row"
        onSubmit={(event) => {
          event.preventDefault();
          send();
        }}
      >
        <label>
          {t("looks.account")}
          <input required maxLength={128} value={account} onChange={(event) => setAccount(event.target.value)} />
        </label>
        <label>
          {t("break.person")}
          <input required maxLength={64} value={person} onChange={(event) => setPerson(event.target.value)} />
        </label>
        <label>
          {t("recusals.ground")}
          <select required value={ground} onChange={(event) => setGround(event.target.value as typeof ground)}>
            <option value="" />
            {GROUNDS.map((one) => (
              <option key={one} value={one}>
                {t(`ground.${bare(one, "RECUSAL_GROUND_")}`)}
              </option>
            ))}
          </select>
        </label>
        <Refused failure={refused} />
        <HeldBack why={held} />
        <button type="submit" className="button primary" disabled={busy || held !== null}>
          {t("recusals.do")}
        </button>
      </form>
      <LoadedView what={t("recusals.title")} loaded={loaded}>
        {(list) =>
          list.length === 0 ? <Empty title={t("recusals.none")} /> : (
            <ul className="cards">
              {list.map((one) => (
                <li key={`${one.account} ${one.person_id}`} className="card">
                  {t("recusals.one", { account: one.account, person: one.person_id })} · {t(`ground.${bare(one.ground, "RECUSAL_GROUND_")}`)}{" "}
                  <button
                    type="button"
                    className="button small"
                    disabled={busy || held !== null}
                    onClick={() => void run(() => recuse({ ...one, ended: true }))}
                  >
                    {t("recusals.end")}
                  </button>
                </li>
              ))}
            </ul>
          )
        }
      </LoadedView>
    </section>
  );
}
