// The conditions of an order or measure in words: whom, where, how far.
import { useTranslation } from "react-i18next";
import { distance } from "../kit/format";
import type { Order } from "./asks";
import { newDraft } from "./draft";

export function Conditions({ order }: { order: Order | undefined }) {
  const { t } = useTranslation("legal");
  const list = order?.conditions ?? [];
  if (list.length === 0) return <p className="quiet">{t("condition.none")}</p>;
  return (
    <ul className="lines">
      {list.map((one) => {
        if (one.keep_away) {
          const draft = newDraft("", { conditions: [one] }, []);
          const d = { ban: distance(draft.banM), map: distance(draft.mapM), police: distance(draft.policeM), warn: distance(draft.warnM) };
          return (
            <li key={one.id}>
              {t("condition.keep_away", { who: one.keep_away.protected_id ?? "" })} <small>{t("condition.distances", d)}</small>
            </li>
          );
        }
        if (one.exclusion) {
          return (
            <li key={one.id}>
              {t("condition.exclusion", { zone: one.exclusion.zone_id ?? "" })}{" "}
              {(one.exclusion.police_mm ?? 0) > 0 && <small>{t("condition.police_within", { d: distance((one.exclusion.police_mm ?? 0) / 1000) })}</small>}
            </li>
          );
        }
        if (one.inclusion) return <li key={one.id}>{t("condition.inclusion", { zone: one.inclusion.zone_id ?? "" })}</li>;
        return <li key={one.id}>{t("condition.no_contact", { who: one.no_contact?.person_id ?? "" })}</li>;
      })}
    </ul>
  );
}
