// Past alerts between two people: a line of time for the eye and the same as a table. Everything in it was said by the server.
import { useTranslation } from "react-i18next";
import { type Level, levelOf, Severity } from "../kit/chrome";
import { msOf } from "../kit/clock";
import { dateTime, distance } from "../kit/format";
import { language } from "../kit/words";
import { bare, type PastAlert } from "./asks";
import { Moment, Rows } from "./parts";

const COLUMNS = ["opened", "kind", "distance", "ended", "police", "outcome", "order", "entry"] as const;

const WIDTH = 800;
const LANE = 22;
const LEVELS: readonly Level[] = [0, 1, 2, 3];
const EDGE_PX = 8;

export function PastAlerts({ alerts, toUs }: { alerts: readonly PastAlert[]; toUs: string | undefined }) {
  const { t } = useTranslation("legal");
  if (alerts.length === 0) return <p className="quiet">{t("past.none")}</p>;
  const sorted = [...alerts].sort((a, b) => Number(a.opened_at_us ?? 0) - Number(b.opened_at_us ?? 0));
  return (
    <>
      <TimeLine alerts={sorted} toMs={msOf(toUs)} />
      <Rows title={t("past.title")} head={COLUMNS.map((name) => t(`past.column.${name}`))} tall>
        {sorted.map((one) => (
          <tr key={`${one.source}/${one.id}`} data-past={one.id} data-source={one.source || undefined}>
            <td>
              <Moment us={one.opened_at_us} />
            </td>
            <td>
              {!one.source && <Severity code={one.code} compact />} {t(`kit:alert_kind.${bare(one.kind, "ALERT_KIND_")}`)}
              {one.source && <span className="chip">{t("past.taken_over", { source: one.source })}</span>}
              <small className="sentence">{language() === "ko" ? one.sentence_ko : one.sentence_en}</small>
            </td>
            <td className="number">{(one.distance_m ?? 0) > 0 ? distance(one.distance_m ?? 0) : t("unsaid")}</td>
            <td>{Number(one.cleared_at_us ?? 0) > 0 ? <Moment us={one.cleared_at_us} /> : t(one.source ? "unsaid" : "past.going_on")}</td>
            <td>
              {Number(one.assigned_at_us ?? 0) > 0 ? (
                <>
                  {t("past.sent")} <Moment us={one.assigned_at_us} />
                  {Number(one.on_scene_at_us ?? 0) > 0 && (
                    <>
                      {" · "}
                      {t("past.on_scene")} <Moment us={one.on_scene_at_us} />
                    </>
                  )}
                </>
              ) : (
                t(one.source ? "unsaid" : "past.nobody_sent")
              )}
            </td>
            <td>{one.outcome ? t(`outcome.${one.outcome}`, { defaultValue: one.outcome }) : t("past.no_outcome")}</td>
            <td>
              <small>
                {one.order_id} {(one.order_version ?? 0) > 0 && `v${one.order_version}`}
              </small>
            </td>
            <td className="number">{one.entry_no}</td>
          </tr>
        ))}
      </Rows>
    </>
  );
}

function TimeLine({ alerts, toMs }: { alerts: readonly PastAlert[]; toMs: number }) {
  const { t } = useTranslation("legal");
  const from = msOf(alerts[0]?.opened_at_us);
  const to = Math.max(toMs, from + 1);
  const x = (us: string | undefined) => EDGE_PX + ((msOf(us) - from) / (to - from)) * (WIDTH - 2 * EDGE_PX);
  const worst = alerts.filter((one) => (one.code ?? 0) === 0).length;
  return (
    <figure className="time-line">
      <svg
        viewBox={`0 0 ${WIDTH} ${LANE * LEVELS.length + 4}`}
        width="100%"
        role="img"
        aria-label={t("past.line", { n: alerts.length, worst, from: dateTime(from), to: dateTime(to) })}
      >
        {LEVELS.map((level) => (
          <line key={level} className="lane" x1="0" x2={WIDTH} y1={LANE * level + LANE / 2} y2={LANE * level + LANE / 2} />
        ))}
        {alerts.map((one) => {
          const level = levelOf(one.code);
          const y = LANE * level + LANE / 2;
          const at = x(one.opened_at_us);
          const goesOn = Number(one.cleared_at_us ?? 0) === 0 && !one.source;
          const end = goesOn ? x(String(to * 1000)) : Math.max(at, x(one.cleared_at_us));
          return (
            <g key={`${one.source}/${one.id}`} className={`mark${level}`}>
              <line x1={at} x2={Math.max(at + 1, end)} y1={y} y2={y} strokeWidth="5" />
              <Shape level={level} x={at} y={y} />
            </g>
          );
        })}
      </svg>
      <figcaption className="ends">
        <span>{dateTime(from)}</span>
        <span>
          {LEVELS.map((level) => (
            <Severity key={level} code={level} compact />
          ))}
        </span>
        <span>{dateTime(to)}</span>
      </figcaption>
    </figure>
  );
}

// The signs of severity, so that no colour carries it alone.
function Shape({ level, x, y }: { level: Level; x: number; y: number }) {
  if (level === 0) return <rect x={x - 5} y={y - 5} width="10" height="10" />;
  if (level === 1) return <path d={`M${x} ${y - 6}l6 11h-12z`} />;
  if (level === 2) return <path d={`M${x} ${y - 6}l6 6l-6 6l-6 -6z`} />;
  return <circle cx={x} cy={y} r="5" />;
}
