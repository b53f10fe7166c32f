// What keeps this terminal from knowing where it is, and what to do about it.
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { usePhone } from "./parts";
import { phone } from "./phone";

export function LocationNote({ always }: { always?: boolean }) {
  const { t } = useTranslation();
  const { location, told } = usePhone();
  const [read, setRead] = useState("");
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
  if (!always && read === location) return null;
  if (location === "denied" || location === "off" || location === "unsupported") {
    return (
      <div className="note warn">
        <p role="status">{t(`location.${location}`)}</p>
        {!always && (
          <button type="button" className="button" onClick={() => setRead(location)}>
            {t("read")}
          </button>
        )}
      </div>
    );
  }
  if (told === "no_device") return <p className="note warn">{t("location.no_device")}</p>;
  return always ? <p className="quiet">{t(location === "waiting" ? "location.waiting" : `location.told_${told}`)}</p> : null;
}
