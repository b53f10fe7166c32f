// The signed file about two people, which a court checks without us. It is made out of the whole log and takes a while; who takes
// it says why, and an officer alone needs a second person first.
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { download } from "./files";
import { Refused, useDeed, useRight } from "./parts";

const WHY_MIN = 4;

// `protectedId`: whom it is about, where there are several.
export function TakeBundle({ path, name, protectedId, about = "" }: { path: string; name: string; protectedId?: string; about?: string }) {
  const { t } = useTranslation("legal");
  const [why, setWhy] = useState("");
  const { busy, refused, run } = useDeed(() => undefined);
  if (!useRight("take_evidence")) return null;
  const body = { why: why.trim(), ...(protectedId ? { protected_id: protectedId } : {}) };
  return (
    <div className="card" data-bundle>
      <label>
        {t("bundle.why")}
        <input maxLength={200} autoComplete="off" value={why} onChange={(event) => setWhy(event.target.value)} />
      </label>
      <button type="button" className="button" disabled={busy || body.why.length < WHY_MIN} onClick={() => void run(() => download(path, `${name}.jsonl`, body))}>
        {t(busy ? "bundle.making" : "bundle.take")} {about}
      </button>
      <p className="quiet">{t("bundle.explain")}</p>
      <Refused failure={refused} />
    </div>
  );
}
