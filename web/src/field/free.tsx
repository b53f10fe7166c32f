// Without a call: the unit's own state, and whether this terminal is ready for the next one.
import { useTranslation } from "react-i18next";
import { Empty } from "../kit/chrome";
import { useLink, useNow } from "../kit/surface";
import { LocationNote } from "./location";
import { serverNowMs } from "../kit/clock";
import { ageText, clockTime } from "../kit/format";
import { OutboxNotes, Steps, usePhone, useSettings } from "./parts";
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
        <Readiness lost={lost} />
        <LocationNote />
      </main>
      <footer className="foot">
        <OutboxNotes />
        <div className="secondary">
          <a className="button" href={`tel:${room}`}>
            {t("call_room")}
          </a>
        </div>
        <Steps step={ready ? "OUT_OF_SERVICE" : "AVAILABLE"} callId="" plain={ready} />
      </footer>
    </>
  );
}

// Before it is needed: does this terminal hear, know where it is, and make itself heard?
function Readiness({ lost }: { lost: boolean }) {
  const { t } = useTranslation();
  const link = useLink();
  const { fix, takenAtMs } = usePhone();
  const { speech, vibration } = useSettings();
  const ago = (atMs: number): string => ageText(Date.now() - atMs, serverNowMs() - (Date.now() - atMs));
  const loud = [speech && t("menu.speech"), vibration && t("menu.vibration")].filter(Boolean).join(", ");
  return (
    <section className="card" aria-label={t("free.check")}>
      <h2>{t("free.check")}</h2>
      <dl className="checks">
        <dt>{t("free.link")}</dt>
        <dd>{lost ? t("free.link_lost", { time: clockTime(link.heardAtMs || link.sinceMs) }) : t("free.link_live")}</dd>
        <dt>{t("free.gps")}</dt>
        <dd>{fix ? `${ago(fix.fixedAtMs)} ${t("free.gps_error", { m: Math.round(fix.accuracyM) })}` : t("free.gps_none")}</dd>
        <dt>{t("free.sent")}</dt>
        <dd>{takenAtMs ? ago(takenAtMs) : t("free.sent_never")}</dd>
        <dt>{t("free.loud")}</dt>
        <dd>{loud || t("free.loud_none")}</dd>
      </dl>
    </section>
  );
}
