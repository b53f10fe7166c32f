// What keeps this terminal from knowing where it is, and what to do about it.
import { useTranslation } from "react-i18next";
import { usePhone } from "./parts";
import { phone } from "./phone";

export function LocationNote({ always }: { always?: boolean }) {
  const { t } = useTranslation();
  const { location, told } = usePhone();
  if (location === "unasked") {
    return (
      <div className="note">
        <p>{t("location.unasked")}</p>
        <button type="button" className="button" onClick={() => phone.ask()}>
          {t("location.ask")}
        </button>
      </div>
    );
  }
  if (location === "denied" || location === "off" || location === "unsupported") {
    return (
      <p className="note warn" role="status">
        {t(`location.${location}`)}
      </p>
    );
  }
  if (told === "no_device") return <p className="note warn">{t("location.no_device")}</p>;
  return always ? <p className="quiet">{t(location === "waiting" ? "location.waiting" : `location.told_${told}`)}</p> : null;
}
