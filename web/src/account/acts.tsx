// Acts that ask for two persons: those of others that wait for an answer of mine, and my own.
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { msOf } from "../kit/clock";
import { dateTime } from "../kit/format";
import { ApiFailure, useLoaded } from "../kit/load";
import { useLive } from "../kit/surface";
import { type ActRequest, acts, answerAct, doAct, type Done } from "./ask";
import { Refusal, Table } from "./parts";
import { Proof } from "./proof";

export function Acts() {
  const { t } = useTranslation();
  const loaded = useLoaded("acts", acts, 5_000);
  const [refused, setRefused] = useState<string | null>(null);
  const [asked, setAsked] = useState<(() => Promise<Done | null>) | null>(null);
  const [done, setDone] = useState<Done | null>(null);
  const attempt = async (act: () => Promise<Done | null>) => {
    setRefused(null);
    setAsked(null);
    setDone(null);
    try {
      setDone(await act());
    } catch (error) {
      const factor = error instanceof ApiFailure && error.code === "factor_needed";
      setRefused(t(factor ? "people.refused.factor" : "failed"));
      if (factor) setAsked(() => act);
    }
    loaded.reload();
  };
  const list = loaded.data ?? [];
  return (
    <section aria-labelledby="acts">
      <h2 id="acts">{t("acts.title")}</h2>
      <p className="quiet">{t("acts.help")}</p>
      <Refusal text={refused} />
      {asked && <Proof of="acts" onProved={() => void attempt(asked)} />}
      {done && (
        <div role="status" className="link">
          <p>{t("acts.done")}</p>
          {done.shown && <code data-link>{done.shown}</code>}
        </div>
      )}
      {list.length === 0 ? <p>{t("acts.none")}</p> : (
        <Table of="acts" columns={["asked", "by", "what", "state"]}>
          {list.map((one) => (
            <Row key={one.asked?.id} one={one}
              onAnswer={(approved) => void attempt(async () => { await answerAct(one.asked?.id ?? "", approved); return null; })}
              onDo={() => void attempt(() => doAct(one))} />
          ))}
        </Table>
      )}
    </section>
  );
}

// Without what says nothing.
function said(what = "{}"): string {
  const isEmpty = (value: unknown) => value === "" || value === "0" || (Array.isArray(value) && value.length === 0);
  return JSON.stringify(JSON.parse(what), (_name, value: unknown) => (isEmpty(value) ? undefined : value));
}

function Row({ one, onAnswer, onDo }: { one: ActRequest; onAnswer: (approved: boolean) => void; onDo: () => void }) {
  const { t } = useTranslation();
  const { who } = useLive();
  const act = one.asked ?? {};
  const mine = act.by === who.account;
  return (
    <tr data-act={act.id} data-state={one.state}>
      <td>{dateTime(msOf(one.asked_at_us))}</td>
      <th scope="row">{act.by}</th>
      <td>
        {t(`acts.action.${act.action ?? ""}`)} <code>{act.path?.replace("/api/v1/", "")}</code>
        <br />
        <code data-what>{said(act.what)}</code>
      </td>
      <td>
        {t(`acts.${one.state ?? ""}`)} {one.answered_by && <small className="quiet">{one.answered_by}</small>}
        <br />
        <small className="quiet">{t("acts.until", { time: dateTime(msOf(act.ends_at_us)) })}</small>
      </td>
      <td className="deeds">
        {one.may_answer && (
          <>
            <button type="button" className="button small primary" onClick={() => onAnswer(true)}>
              {t("acts.approve")}
            </button>
            <button type="button" className="button small" onClick={() => onAnswer(false)}>
              {t("acts.refuse")}
            </button>
          </>
        )}
        {mine && one.state === "ACT_STATE_APPROVED" && !act.what?.includes("sha256:") && (
          <button type="button" className="button small primary" onClick={onDo}>
            {t("acts.do")}
          </button>
        )}
      </td>
    </tr>
  );
}
