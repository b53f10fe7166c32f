// Alarms about the work: loud, on top of everything, and not to be put away. They go when what they are about is gone.
import { useTranslation } from "react-i18next";
import { Stopwatch } from "../kit/chrome";
import { usePicture } from "../kit/surface";
import { useDesk } from "./desk";
import { bare, standing, us } from "./model";

export function Alarms() {
  const { t } = useTranslation();
  const picture = usePicture();
  const desk = useDesk();
  const rows = standing(picture);
  if (rows.length === 0) return null;
  return (
    <section className="alarms" role="alert" aria-label={t("alarms.title", { n: rows.length })}>
      <ul>
        {rows.map((alarm) => {
          const kind = bare(alarm.kind, "ALARM_KIND_");
          return (
            <li key={alarm.id} data-alarm={kind}>
              <span className="alarm-sign" aria-hidden="true">■</span>
              <strong>{t(`kit:alarm_kind.${kind}`)}</strong>
              <span>{t(`alarms.advice.${kind}`)}</span>
              {alarm.call && (
                <button type="button" className="button small" onClick={() => desk.open(alarm.call?.id ?? null)}>
                  {t("alarms.open", { call: alarm.call.id ?? "" })}
                </button>
              )}
              <Stopwatch sinceMs={us(alarm.raised_at_us) / 1000} />
            </li>
          );
        })}
      </ul>
    </section>
  );
}
