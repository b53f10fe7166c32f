// A table that leaves the screen: who takes it says why, and the server records that before the file is made.
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../kit/api";
import { patience, take } from "../kit/load";
import { Refused, useDeed } from "../legal/parts";
import "../legal/work"; // its words

const WHY_MIN = 4;

export default function TableOut({ ids, onTaken }: { ids: () => string[]; onTaken: () => void }) {
  const { t } = useTranslation();
  const [why, setWhy] = useState("");
  const { busy, refused, run } = useDeed(onTaken);
  const taken = () => take(api.POST("/api/v1/positions/table", { body: { person_ids: ids(), why: why.trim() }, signal: patience() }));
  return (
    <>
      <label>
        {t("table.why")}
        <input autoFocus maxLength={200} autoComplete="off" value={why} onChange={(event) => setWhy(event.target.value)} />
      </label>
      <button type="button" className="button small" onClick={() => void run(taken)} disabled={busy || why.trim().length < WHY_MIN}>
        {t("table.csv")}
      </button>
      <Refused failure={refused} />
    </>
  );
}
