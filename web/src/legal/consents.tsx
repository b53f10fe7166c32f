// Whether a protected person may be shown where he is: only after she has read of the penalty and agreed. As she left it.
import { useTranslation } from "react-i18next";
import type { Consent } from "./asks";
import { Moment, PersonLink } from "./parts";

export function Consents({ list }: { list: readonly Consent[] }) {
  const { t } = useTranslation("legal");
  if (list.length === 0) return null;
  return (
    <>
      <h3>{t("consent.title")}</h3>
      <ul className="lines">
        {list.map((one) => (
          <li key={one.protected_id} data-consent={one.protected_id}>
            <PersonLink id={one.protected_id} />{" "}
            <span className={one.view_allowed ? "chip in-force" : "chip"}>{t(one.view_allowed ? "consent.allowed" : "consent.not_allowed")}</span>{" "}
            {Number(one.notice_at_us ?? 0) > 0 && (
              <>
                {t("consent.notice")} <Moment us={one.notice_at_us} /> ·{" "}
              </>
            )}
            {Number(one.given_at_us ?? 0) > 0 && (
              <>
                {t("consent.given")} <Moment us={one.given_at_us} />
              </>
            )}
            {Number(one.taken_back_at_us ?? 0) > 0 && (
              <>
                {t("consent.taken_back")} <Moment us={one.taken_back_at_us} />
              </>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
