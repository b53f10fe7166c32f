// What was and is wrong with the server itself, for administrators.
import { useTranslation } from "react-i18next";
import { msOf } from "../kit/clock";
import { dateTime } from "../kit/format";
import { useLoaded } from "../kit/load";
import { nodeConditions } from "./ask";

const SHOWN_MAX = 20;

export function Node() {
  const { t } = useTranslation();
  const all = useLoaded("node", nodeConditions, 60_000).data ?? [];
  if (all.length === 0) return null;
  return (
    <section aria-labelledby="node">
      <h2 id="node">{t("node.title")}</h2>
      <ul>
        {all.slice(0, SHOWN_MAX).map(({ condition, at_us, entry_no }) => (
          <li key={entry_no} data-condition={condition?.kind}>
            {dateTime(msOf(at_us))} {t(`node.${condition?.kind ?? ""}`, { n: condition?.days_left ?? 0 })}
            {condition?.over && <> {t("node.over")}</>}
            {condition?.detail && <> <code>{[condition.build, condition.detail].filter(Boolean).join(" ")}</code></>}
          </li>
        ))}
      </ul>
    </section>
  );
}
