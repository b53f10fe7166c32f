// Asking the court herself: her cases, what she may ask for and until when, a statement and files, and what became of it. Nothing
// of it is kept on this phone: what was not sent is gone with the page.
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../kit/api";
import { msOf, serverNowMs } from "../kit/clock";
import { dateTime } from "../kit/format";
import { ApiFailure, useLoaded } from "../kit/load";
import { addWords, language } from "../kit/words";
import { attachmentOf, type Attachment, BYTES_MAX, FILES_MAX, FileProblem } from "./attachment";
import { file, myCases } from "./court-wire";
import en from "./words/petition.en.json";
import ko from "./words/petition.ko.json";

addWords("surface", { ko, en });

type MyCase = Schemas["MyCase"];
const EVERY_MS = 10_000;
const DAY_MS = 86_400_000;
const STATEMENT_MAX = 6000;

const named = (one: { name_ko?: string; name_en?: string; code?: string }) => (language() === "ko" ? one.name_ko : one.name_en) || one.code || "";
const bare = (name: string | undefined, prefix: string) => (name ?? "").replace(prefix, "") || "UNSPECIFIED";

export function Petition() {
  const { t } = useTranslation();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  const loaded = useLoaded("me/cases", myCases, EVERY_MS);
  const list = loaded.data?.cases ?? [];
  return (
    <div className="sheet petition-sheet">
      <h1 tabIndex={-1} ref={heading}>
        {t("petition.title")}
      </h1>
      <p>{t("petition.what")}</p>
      {loaded.failure && (
        <p role="alert">
          {t("petition.failed")}{" "}
          <button type="button" className="button" onClick={loaded.reload}>
            {t("petition.again")}
          </button>
        </p>
      )}
      {loaded.loading && <p role="status">{t("kit:waiting")}</p>}
      {loaded.data && list.length === 0 && <p>{t("petition.no_case")}</p>}
      {list.map((one) => (
        <OneCase key={one.id} one={one} changed={loaded.reload} />
      ))}
      <p>{t("petition.help")}</p>
      <a className="button wide" href="tel:1366">
        {t("petition.call")}
      </a>
    </div>
  );
}

function OneCase({ one, changed }: { one: MyCase; changed: () => void }) {
  const { t } = useTranslation();
  const until = msOf(one.petition_by_us);
  return (
    <section className="card" data-case={one.id}>
      <h2>{t("petition.case", { number: one.number ?? one.id ?? "" })}</h2>
      <p>{[one.agency_name || one.agency_id, dateTime(msOf(one.opened_at_us))].filter(Boolean).join(" · ")}</p>
      {(one.measures ?? []).length > 0 && (
        <ul>
          {one.measures?.map((measure) => (
            <li key={measure.id} data-measure={measure.id}>
              <b>{named({ ...measure, code: measure.kind ?? "" })}</b> · {t(measure.in_force ? "petition.in_force" : `petition.stage.${bare(measure.stage, "MEASURE_STAGE_")}`)}
              {measure.in_force && Number(measure.ends_at_us ?? 0) > 0 && ` · ${t("petition.until", { time: dateTime(msOf(measure.ends_at_us)) })}`}
            </li>
          ))}
        </ul>
      )}
      {(one.petitions ?? []).map((petition) => (
        <p key={petition.id} className="strip tone-slate" data-petition={petition.id}>
          <strong>{t(`petition.state.${bare(petition.state, "PETITION_STATE_")}`)}</strong>{" "}
          {t("petition.filed", { time: dateTime(msOf(petition.filed_at_us)) })}
          {petition.docket && ` · ${t("petition.docket", { docket: petition.docket })}`}
          {petition.interim_measure_id && ` · ${t("petition.interim")}`}
        </p>
      ))}
      {one.may_petition && until > 0 && (
        <p>
          <strong>{t("petition.days", { n: Math.max(0, Math.floor((until - serverNowMs()) / DAY_MS)) })}</strong> {dateTime(until)}
        </p>
      )}
      {one.may_petition ? <File one={one} changed={changed} /> : (one.petitions ?? []).length === 0 && <p>{t("petition.not_now")}</p>}
    </section>
  );
}

function File({ one, changed }: { one: MyCase; changed: () => void }) {
  const { t } = useTranslation();
  const possible = one.petition_kinds ?? [];
  const [open, setOpen] = useState(false);
  const [chosen, setChosen] = useState<readonly string[]>(possible[0]?.code ? [possible[0].code] : []);
  const [statement, setStatement] = useState("");
  const [files, setFiles] = useState<readonly Attachment[]>([]);
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const id = useRef(`p-${crypto.randomUUID()}`); // the same petition, however often it is sent

  const add = async (list: FileList | null) => {
    setProblem("");
    try {
      const made = await Promise.all([...(list ?? [])].map(attachmentOf));
      const all = [...files, ...made];
      if (all.length > FILES_MAX) throw new FileProblem("many");
      if (all.reduce((sum, each) => sum + each.size, 0) > BYTES_MAX) throw new FileProblem("big");
      setFiles(all);
    } catch (error) {
      setProblem(t(`petition.file_problem.${error instanceof FileProblem ? error.what : "kind"}`));
    }
  };
  const send = async () => {
    setBusy(true);
    setProblem("");
    try {
      await file({
        id: id.current, case_id: one.id ?? "", kinds: [...chosen], statement: statement.trim(),
        attachments: files.map(({ name, media_type, content }) => ({ name, media_type, content })),
      });
      setOpen(false);
      setStatement("");
      setFiles([]);
      changed();
    } catch (error) {
      const failure = error instanceof ApiFailure ? error : null;
      setProblem(failure && failure.status !== 0 ? t("petition.refused", { reason: failure.reason || failure.code }) : t("petition.unsent"));
    }
    setBusy(false);
  };
  if (!open) {
    return (
      <button type="button" className="button primary wide" onClick={() => setOpen(true)}>
        {t("petition.begin")}
      </button>
    );
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <fieldset>
        <legend>{t("petition.ask")}</legend>
        {possible.map((kind) => (
          <label key={kind.code} className="choice">
            <input
              type="checkbox"
              checked={chosen.includes(kind.code ?? "")}
              onChange={(event) =>
                setChosen(event.target.checked ? [...chosen, kind.code ?? ""] : chosen.filter((code) => code !== kind.code))
              }
            />
            <span>{named(kind)}</span>
          </label>
        ))}
      </fieldset>
      <label>
        {t("petition.statement")}
        <textarea rows={8} maxLength={STATEMENT_MAX} required value={statement} onChange={(event) => setStatement(event.target.value)} autoComplete="off" />
      </label>
      <p>{t("petition.statement_hint")}</p>
      <label>
        {t("petition.files")}
        <input
          type="file"
          multiple
          accept="image/jpeg,image/png,application/pdf,text/plain,audio/mp4"
          onChange={(event) => {
            void add(event.target.files);
            event.target.value = "";
          }}
        />
      </label>
      <ul>
        {files.map((each, n) => (
          <li key={`${each.name} ${n}`}>
            {each.name} · {t("petition.kb", { n: Math.ceil(each.size / 1000) })}{" "}
            <button type="button" className="button small" onClick={() => setFiles(files.filter((held) => held !== each))}>
              {t("petition.remove")}
            </button>
          </li>
        ))}
      </ul>
      <p>{t("petition.files_hint")}</p>
      <p role="alert">{problem && <strong>{problem}</strong>}</p>
      <button type="submit" className="button primary wide" disabled={busy || chosen.length === 0 || statement.trim() === ""}>
        {t(busy ? "petition.sending" : "petition.send")}
      </button>
      <button type="button" className="button wide" onClick={() => setOpen(false)}>
        {t("petition.cancel")}
      </button>
      <p>{t("petition.not_kept")}</p>
    </form>
  );
}
