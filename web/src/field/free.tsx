// Without a call: the unit's own state, and whether this terminal is ready for the next one.
import { useTranslation } from "react-i18next";
import { Empty } from "../kit/chrome";
import { useLink, useNow } from "../kit/surface";
import { LocationNote } from "./location";
import { OutboxNotes, Steps, useSettings } from "./parts";
import { isLost } from "./sight";
import type { Status } from "./steps";

export function Free({ loaded, status }: { loaded: boolean; status: Status }) {
  const { t } = useTranslation();
  const link = useLink();
  const { room } = useSettings();
  useNow(1000);
  if (!loaded) {
    return (
      <main className="free">
        <p role="status">{t("kit:waiting")}</p>
      </main>
    );
  }
  const lost = isLost(link, Date.now());
  const ready = status === "AVAILABLE";
  return (
    <>
      <main className="free">
        <section className="card state">
          <p className="quiet">{t("free.own")}</p>
          <p className="state-word">{t(`kit:unit_status.${status}`)}</p>
          <p>{t(ready ? "free.ready" : "free.not_ready")}</p>
        </section>
        <section className="card">
          <Empty title={t(lost ? "free.unknown" : "free.none")}>
            <p>{t(lost ? "free.unknown_text" : "free.none_text")}</p>
          </Empty>
        </section>
        <LocationNote always />
      </main>
      <footer className="foot">
        <OutboxNotes />
        <div className="secondary">
          <a className="button" href={`tel:${room}`}>
            {t("call_room")}
          </a>
        </div>
        <Steps step={ready ? "OUT_OF_SERVICE" : "AVAILABLE"} callId="" />
      </footer>
    </>
  );
}
