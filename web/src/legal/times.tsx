// A span of time as a form takes it: two moments on the clock of Korea.
import { useTranslation } from "react-i18next";

// What a field of date and time gives ("2026-11-22T09:30"); empty: nothing that is a moment.
export const usOf = (local: string): string => {
  const ms = Date.parse(`${local}:00+09:00`);
  return Number.isFinite(ms) ? String(ms * 1000) : "";
};

export interface Span {
  from: string;
  to: string;
}

export function SpanFields({ span, change }: { span: Span; change: (span: Span) => void }) {
  const { t } = useTranslation("legal");
  return (
    <>
      <label>
        {t("span.from")}
        <input type="datetime-local" required value={span.from} onChange={(event) => change({ ...span, from: event.target.value })} />
      </label>
      <label>
        {t("span.to")}
        <input type="datetime-local" required value={span.to} onChange={(event) => change({ ...span, to: event.target.value })} />
      </label>
    </>
  );
}
