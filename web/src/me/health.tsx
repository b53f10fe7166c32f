// What of this phone weakens the protection, told plainly, each with what she can do about it.
import { useTranslation } from "react-i18next";
import { phone, type Trouble, troublesOf } from "./phone";
import { usePhone } from "./shell";

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
