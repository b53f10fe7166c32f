// What of this phone weakens the protection, told plainly, each with what she can do about it.
import { useTranslation } from "react-i18next";
import { ageText } from "../kit/format";
import { useNow } from "../kit/surface";
import { phone, type PhoneState, type Trouble, troublesOf } from "./phone";
import { usePhone } from "./shell";

const LIVE_MS = 6000;

const ASKS: Partial<Record<Trouble, () => void>> = {
  location_unasked: () => phone.askLocation(),
  notices_unasked: () => void phone.askNotices(),
};

export function Troubles({ own }: { own: string[] }) {
  const { t } = useTranslation();
  const state = usePhone();
  const troubles = troublesOf(state);
  if (troubles.length + own.length === 0) return null;
  return (
    <section className="card weak" aria-labelledby="weak">
      <h2 id="weak">{t("health.weak")}</h2>
      <ul>
        {own.map((kind) => (
          <li key={kind}>{t(`health.own.${kind}`)}</li>
        ))}
        {troubles.map((trouble) => (
          <li key={trouble}>
            <p>{t(`health.${trouble}`, { n: state.battery?.percent ?? 0 })}</p>
            {ASKS[trouble] && (
              <button type="button" className="button" onClick={ASKS[trouble]}>
                {t("health.allow")}
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

// What works, said as facts: that the phone sends, when it last did, and that the app has to stay open.
export function Working() {
  const { t } = useTranslation();
  const state = usePhone();
  return (
    <section className="card facts" aria-labelledby="facts">
      <h2 id="facts">{t("facts.title")}</h2>
      <ul>
        <li>
          <Sending state={state} />
        </li>
        <li>{t(state.notices === "on" ? "facts.notices_on" : "facts.notices_off")}</li>
        <li>{t("facts.stay_open")}</li>
      </ul>
    </section>
  );
}

function Sending({ state }: { state: PhoneState }) {
  const { t } = useTranslation();
  useNow(1000);
  if (!state.takenAtMs) return <>{t(state.location === "on" || state.location === "waiting" ? "facts.finding" : "facts.not_sending")}</>;
  const ageMs = Date.now() - state.takenAtMs;
  const age = ageMs < LIVE_MS ? t("facts.just_now") : ageText(ageMs, state.takenAtMs);
  return <>{t("facts.sent", { age })}</>;
}
