// To whom somebody's places were given: made on that person's wish, printed and handed out. It holds no place, and that it was
// asked for and answered is in the log.
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { type ProvisionRecord, provisions } from "./asks";
import { HeldBack, Moment, PersonLink, Refused, useDeed, useHeldBack } from "./parts";

export function ProvisionsPage({ id }: { id: string }) {
  const { t } = useTranslation("legal");
  const held = useHeldBack("tell_provisions");
  const [record, setRecord] = useState<ProvisionRecord | null>(null);
  const { busy, refused, run } = useDeed(() => undefined);
  return (
    <section aria-label={t("provisions.title")}>
      <h2>
        {t("provisions.title")} <PersonLink id={id} name={record?.person?.name} />
      </h2>
      <p>{t("provisions.explain")}</p>
      <Refused failure={refused} />
      <HeldBack why={held} />
      <button type="button" className="button primary" disabled={busy || held !== null} onClick={() => void run(async () => setRecord(await provisions(id)))}>
        {t("provisions.make")}
      </button>
      {record && (
        <section className="card" aria-label={t("provisions.document")} data-record={record.id}>
          <p className="statement">{record.text}</p>
          <p className="quiet">
            <Moment us={record.made_at_us} /> · {t("provisions.digest", { sha256: record.text_sha256 ?? "" })}
          </p>
          <button type="button" className="button" onClick={() => print()}>
            {t("print")}
          </button>
        </section>
      )}
    </section>
  );
}
