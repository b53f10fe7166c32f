// The signed file about two people, which a court checks without us. It is made out of the whole log and takes a while.
import { useTranslation } from "react-i18next";
import { download } from "./files";
import { Refused, useDeed, useRight } from "./parts";

// `about`: whom it is about, where there are several.
export function TakeBundle({ path, name, about = "" }: { path: string; name: string; about?: string }) {
  const { t } = useTranslation("legal");
  const { busy, refused, run } = useDeed(() => undefined);
  if (!useRight("take_evidence")) return null;
  return (
    <div className="card" data-bundle>
      <button type="button" className="button" disabled={busy} onClick={() => void run(() => download(path, `${name}.jsonl`))}>
        {t(busy ? "bundle.making" : "bundle.take")} {about}
      </button>
      <p className="quiet">{t("bundle.explain")}</p>
      <Refused failure={refused} />
    </div>
  );
}
