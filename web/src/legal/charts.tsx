// Charts of numbers: drawings for the eye, each with the same numbers as a table beside it. Drawings are hidden from readers
// of the screen, for the table says it all; sign and pattern go with every colour.
import { type ReactNode, useId } from "react";
import { useTranslation } from "react-i18next";

export function Card({ title, wide, children }: { title: string; wide?: boolean; children: ReactNode }) {
  return (
    <section className={wide ? "card wide" : "card"}>
      <h3>{title}</h3>
      {children}
    </section>
  );
}

export function Nothing() {
  const { t } = useTranslation("legal");
  return <p className="quiet">{t("statistics.nothing")}</p>;
}

const percent = (value: number, most: number): number => (most > 0 ? (100 * Math.min(value, most)) / most : 0);

// One number among others of its kind; `marks` are numbers to hold it against.
export function Bar(props: { value: number; most: number; over?: boolean; quiet?: boolean; marks?: readonly number[] }) {
  const tone = props.over ? "bar-over" : props.quiet ? "bar-quiet" : "bar";
  return (
    <svg className="drawing" aria-hidden="true" viewBox="0 0 100 10" preserveAspectRatio="none" width="100%" height="14">
      <rect className={tone} x="0" y="0" width={percent(props.value, props.most)} height="10" />
      {(props.marks ?? []).map((mark) => (
        <line key={mark} className="bar-mark" x1={percent(mark, props.most)} x2={percent(mark, props.most)} y1="0" y2="10" />
      ))}
    </svg>
  );
}

// Parts of a whole, each with a pattern of its own.
export function Stack({ parts, whole }: { parts: readonly number[]; whole: number }) {
  const id = useId();
  let at = 0;
  return (
    <svg className="drawing" aria-hidden="true" width="100%" height="16">
      <defs>
        <pattern id={id} width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect className="stack-ground" width="6" height="6" />
          <rect className="stack-line" width="2.5" height="6" />
        </pattern>
      </defs>
      {parts.map((part, n) => {
        const from = at;
        at += percent(part, whole);
        const fill = n === 1 ? { fill: `url(#${id})` } : {};
        return <rect key={n} className={`stack-${n}`} {...fill} x={`${from}%`} y="1" width={`${percent(part, whole)}%`} height="14" />;
      })}
    </svg>
  );
}

// From the middle of all to the slowest of a hundred, with the ninetieth between.
export function Range({ p50, p90, p99, most }: { p50: number; p90: number; p99: number; most: number }) {
  if (p50 < 0) return null;
  const x = (value: number) => `${2 + 0.96 * percent(value, most)}%`;
  return (
    <svg className="drawing range" aria-hidden="true" width="100%" height="18">
      <line className="lane" x1="0" x2="100%" y1="9" y2="9" />
      <line className="span" x1={x(p50)} x2={x(p99)} y1="9" y2="9" />
      <circle className="p50" cx={x(p50)} cy="9" r="5" />
      <line className="p90" x1={x(p90)} x2={x(p90)} y1="2" y2="16" />
      <line className="p99" x1={x(p99)} x2={x(p99)} y1="5" y2="13" />
    </svg>
  );
}

export interface Count {
  name: string;
  value: number;
}

const HEIGHT = 150;
const FLOOR = HEIGHT - 22;
const STEP = 46;
const LABELS_MAX = 12;

// One column for each month, in their order, on one scale.
export function Columns({ counts }: { counts: readonly Count[] }) {
  const most = Math.max(1, ...counts.map((one) => one.value));
  const width = Math.max(4, counts.length) * STEP;
  const every = Math.ceil(counts.length / LABELS_MAX);
  return (
    <div className="columns-frame" aria-hidden="true">
      <svg className="drawing" viewBox={`0 0 ${width} ${HEIGHT}`} width={width} height={HEIGHT}>
        <line className="lane" x1="0" x2={width} y1={FLOOR} y2={FLOOR} />
        {counts.map((one, n) => {
          const height = (one.value / most) * (FLOOR - 20);
          const middle = n * STEP + STEP / 2;
          return (
            <g key={one.name}>
              <rect className="bar" x={n * STEP + 6} y={FLOOR - height} width={STEP - 12} height={height} />
              <text x={middle} y={FLOOR - height - 5}>
                {one.value}
              </text>
              {n % every === 0 && (
                <text className="quiet" x={middle} y={HEIGHT - 6}>
                  {one.name.slice(2)}
                </text>
              )}
            </g>
          );
        })}
      </svg>
    </div>
  );
}
