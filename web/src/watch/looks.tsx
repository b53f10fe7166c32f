// Who saw what and why, newest first.
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Empty } from "../kit/chrome";
import { useLoaded } from "../kit/load";
import { LoadedView, Moment, Rows } from "../legal/parts";
import { type AccessEntry, looks } from "./asks";

const COLUMNS = ["when", "who", "did", "whom", "answer", "why", "from"] as const;

export function Looks() {
  const { t } = useTranslation("watch");
  const [wish, setWish] = useState({ viewer: "", subject_id: "", denied: false });
  const [asked, setAsked] = useState({ ...wish, after: "" });
  const loaded = useLoaded(`looks/${JSON.stringify(asked)}`, () => looks(asked));
  return (
    <section aria-label={t("looks.title")}>
      <h2>{t("looks.title")}</h2>
      <form
        className="form row"
        onSubmit={(event) => {
          event.preventDefault();
          setAsked({ ...wish, viewer: wish.viewer.trim(), subject_id: wish.subject_id.trim(), after: "" });
        }}
      >
        <label>
          {t("looks.account")}
          <input maxLength={128} value={wish.viewer} onChange={(event) => setWish({ ...wish, viewer: event.target.value })} />
        </label>
        <label>
          {t("looks.subject")}
          <input maxLength={128} value={wish.subject_id} onChange={(event) => setWish({ ...wish, subject_id: event.target.value })} />
        </label>
        <label className="tick">
          <input type="checkbox" checked={wish.denied} onChange={(event) => setWish({ ...wish, denied: event.target.checked })} />
          {t("looks.denied_only")}
        </label>
        <button type="submit" className="button">
          {t("looks.find")}
        </button>
      </form>
      <LoadedView what={t("looks.title")} loaded={loaded}>
        {(page) => (
          <>
            {(page.entries ?? []).length === 0 ? <Empty title={t("looks.none")} /> : <Table list={page.entries ?? []} />}
            {page.next && (
              <button type="button" className="button" onClick={() => setAsked({ ...asked, after: page.next ?? "" })}>
                {t("looks.older")}
              </button>
            )}
          </>
        )}
      </LoadedView>
    </section>
  );
}

function Table({ list }: { list: readonly AccessEntry[] }) {
  const { t } = useTranslation("watch");
  return (
    <Rows title={t("looks.title")} head={COLUMNS.map((name) => t(`looks.column.${name}`))}>
      {list.map(({ entry_no, at_us, access }) => (
        <tr key={entry_no} data-allowed={access?.allowed ?? false}>
          <td>
            <Moment us={at_us} />
          </td>
          <td>
            {access?.viewer} <small className="quiet">{access?.viewer_role}</small>
          </td>
          <td>{access?.action}</td>
          <td>
            {access?.subject_id || t("looks.several", { n: access?.shown_ids?.length ?? 0 })} <small className="quiet">{access?.subject_kind}</small>
          </td>
          <td className={access?.allowed ? "" : "problem"}>{t(access?.allowed ? "looks.allowed" : "looks.denied")}</td>
          <td>
            {access?.allowed ? access?.basis : access?.reason}
            {access?.why && <> · {access.why}</>}
          </td>
          <td>
            {access?.address} <small className="quiet">{access?.session}</small>
          </td>
        </tr>
      ))}
    </Rows>
  );
}
