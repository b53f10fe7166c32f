// Duties and their clocks: what the law makes somebody do, until when, and the proof that it was done.
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Dialog, Empty } from "../kit/chrome";
import { useLive } from "../kit/surface";
import { bare, doDuty, duties, type Duty } from "./asks";
import { bytesOf } from "./files";
import { useCases } from "./news";
import { CaseLinkTo, Due, dutyName, LoadedView, Moment, PersonLink, Refused, Rows, useDeed, useHeldBack } from "./parts";

const NOTES = ["done", "told_by_phone", "told_by_message", "letter_sent", "visited", "other"] as const;
const PROOF_BYTES_MAX = 2000;

export function Duties() {
  const { t } = useTranslation("legal");
  const [all, setAll] = useState(false);
  const loaded = useCases(all ? "duties/all" : "duties/open", () => duties(all ? "all" : "open"));
  return (
    <section aria-label={t("duties.title")}>
      <div className="page-head">
        <h2>{t("duties.title")}</h2>
        <label className="tick">
          <input type="checkbox" checked={all} onChange={() => setAll(!all)} /> {t("show_all")}
        </label>
      </div>
      <LoadedView what={t("duties.title")} loaded={loaded}>
        {(list) => (list.length === 0 ? <Empty title={t("duties.none")} /> : <DutyTable list={list} changed={loaded.reload} />)}
      </LoadedView>
    </section>
  );
}

// Which parties an account of this role speaks for, for the button only: the server decides.
const MINE: Record<string, readonly string[]> = {
  police: ["POLICE", "PROSECUTOR", "PROTECTION_OFFICER", "CONTROL_ROOM"],
  court: ["COURT"],
  probation: ["PROBATION"],
  control: ["MONITORING_CENTRE", "PROBATION", "CONTROL_ROOM"],
};

const COLUMNS = ["due", "what", "who", "about", "source", "act"] as const;

// `alone`: all are of the one case whose page this is, so that it need not be said in every row.
export function DutyTable({ list, changed, alone = false }: { list: readonly Duty[]; changed: () => void; alone?: boolean }) {
  const { t } = useTranslation("legal");
  const [doing, setDoing] = useState<Duty | null>(null);
  const { who } = useLive();
  const held = useHeldBack("do_duty");
  return (
    <>
      <Rows title={t("duties.title")} head={COLUMNS.filter((name) => !alone || name !== "about").map((name) => t(`duties.column.${name}`))}>
        {list.map((duty) => {
          const party = bare(duty.party, "CASE_PARTY_");
          const closed = Number(duty.done_at_us ?? 0) > 0 || Boolean(duty.void_reason);
          return (
            <tr key={duty.id} data-duty={duty.id} data-code={duty.code} className={duty.overdue ? "over" : ""}>
              <td>
                <Due atUs={duty.due_at_us} closed={closed} />
                {(duty.level ?? 0) > 0 && <small className="problem"> {t("escalated", { n: duty.level })}</small>}
              </td>
              <td>
                {dutyName(duty)}
                {duty.may && <small className="quiet"> {t("duties.may")}</small>}
              </td>
              <td>
                {t(`party.${party}`)}
                {duty.to && duty.to.length > 0 && (
                  <small className="quiet"> → {duty.to.map((one) => t(`party.${bare(one, "CASE_PARTY_")}`)).join(", ")}</small>
                )}
              </td>
              {!alone && (
                <td>
                  <CaseLinkTo id={duty.case_id} /> <PersonLink id={duty.wearer_id} />
                </td>
              )}
              <td>
                <small>{duty.source}</small>
              </td>
              <td>
                {Number(duty.done_at_us ?? 0) > 0 ? (
                  <small>
                    {t("duties.done_by", { who: duty.done_by ?? "" })} <Moment us={duty.done_at_us} />
                  </small>
                ) : duty.void_reason ? (
                  <small className="quiet">{t(`void.${duty.void_reason}`, { defaultValue: duty.void_reason })}</small>
                ) : (MINE[who.role ?? ""] ?? []).includes(party) ? (
                  <button type="button" className="button small" disabled={held !== null} title={held ?? undefined} onClick={() => setDoing(duty)}>
                    {t("duties.do")}
                  </button>
                ) : (
                  <small className="quiet">{t("duties.not_ours")}</small>
                )}
              </td>
            </tr>
          );
        })}
      </Rows>
      {doing && <DoDialog duty={doing} close={() => setDoing(null)} changed={changed} />}
    </>
  );
}

function DoDialog({ duty, close, changed }: { duty: Duty; close: () => void; changed: () => void }) {
  const { t } = useTranslation("legal");
  const [note, setNote] = useState<string>("done");
  const [proof, setProof] = useState("");
  const [file, setFile] = useState<File | null>(null);
  const { busy, refused, run } = useDeed(() => {
    changed();
    close();
  });
  const send = async () => {
    const held = file ? { name: file.name.slice(0, 120), media_type: file.type, content: await bytesOf(file) } : undefined;
    await run(() => doDuty(duty.id ?? "", { note_code: note, ...(proof ? { proof } : {}), ...(held ? { file: held } : {}) }));
  };
  return (
    <Dialog title={t("duties.do_title")} onClose={close}>
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <p>
          <b>{dutyName(duty)}</b>
        </p>
        <label>
          {t("duties.how")}
          <select value={note} onChange={(event) => setNote(event.target.value)}>
            {NOTES.map((one) => (
              <option key={one} value={one}>
                {t(`note.${one}`)}
              </option>
            ))}
          </select>
        </label>
        <label>
          {t("duties.proof")}
          <textarea rows={3} maxLength={PROOF_BYTES_MAX / 4} value={proof} onChange={(event) => setProof(event.target.value)} />
        </label>
        <label>
          {t("duties.file")}
          <input type="file" accept="image/jpeg,image/png,application/pdf,text/plain" onChange={(event) => setFile(event.target.files?.[0] ?? null)} />
        </label>
        <p className="quiet">{t("duties.file_hint")}</p>
        <Refused failure={refused} />
        <button type="submit" className="button primary" disabled={busy}>
          {t("duties.confirm")}
        </button>
      </form>
    </Dialog>
  );
}
