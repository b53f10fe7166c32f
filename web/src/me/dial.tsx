// Dial: she in the centre, distances as rings with numbers, each wearer where the server says he is. The shaded field is all
// of what the rounded words can mean. A picture for quick eyes: the same is said in words beside it.
import { useTranslation } from "react-i18next";
import type { View } from "../kit/api";
import { isBare, ringsFor, roundingM } from "./status";

const RADIUS = 100;
const CENTRE_RADIUS = 11;
const HALF_STEP_DEG = 22.5; // directions come in steps of 45

interface Point {
  x: number;
  y: number;
}

// North is up; angles clockwise.
function at(radius: number, deg: number): Point {
  const radians = (deg * Math.PI) / 180;
  return { x: radius * Math.sin(radians), y: -radius * Math.cos(radians) };
}

const text = (point: Point): string => `${point.x.toFixed(1)} ${point.y.toFixed(1)}`;

export function sectorPath(inner: number, outer: number, deg: number): string {
  const [from, to] = [deg - HALF_STEP_DEG, deg + HALF_STEP_DEG];
  const arc = (radius: number, sweep: number, end: Point): string =>
    `A ${radius.toFixed(1)} ${radius.toFixed(1)} 0 0 ${sweep} ${text(end)}`;
  return `M ${text(at(inner, from))} L ${text(at(outer, from))} ${arc(outer, 1, at(outer, to))} L ${text(at(inner, to))} ${arc(inner, 0, at(inner, from))} Z`;
}

// Where the numbers of the rings stand: on the diagonal that is farthest from everybody.
export function labelAngle(directionsDeg: number[]): number {
  const apart = (a: number, b: number): number => Math.abs(((a - b + 540) % 360) - 180);
  const room = (deg: number): number => Math.min(360, ...directionsDeg.map((each) => apart(each, deg)));
  return [315, 45, 225, 135].reduce((best, deg) => (room(deg) > room(best) ? deg : best));
}

interface DialProps {
  views: { view: View; number: number }[];
  old: boolean; // nothing of this is the present
  sentence: string;
}

export function Dial({ views, old, sentence }: DialProps) {
  const { t } = useTranslation();
  const drawn = views.filter(({ view }) => !isBare(view));
  const rings = ringsFor(drawn.map(({ view }) => view.distance_m ?? 0));
  const most = rings[rings.length - 1] ?? 1;
  const directions = drawn.map(({ view }) => view.direction_deg ?? 0);
  const labelDeg = labelAngle(directions);
  return (
    <svg className={old ? "dial old" : "dial"} viewBox="-122 -122 244 244" role="img" aria-label={sentence}>
      <defs>
        <pattern id="hatch" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width="3" height="8" className="hatch" />
        </pattern>
      </defs>
      {rings.map((metres) => (
        <circle key={metres} r={(metres / most) * RADIUS} className="ring" />
      ))}
      {(["n", "e", "s", "w"] as const).map((wind, i) => (
        <text key={wind} {...at(RADIUS + 14, i * 90)} className="wind">
          {t(`dial.${wind}`)}
        </text>
      ))}
      {drawn.map(({ view, number }) => (
        <Wearer key={view.id} view={view} number={views.length > 1 ? number : null} most={most} old={old} />
      ))}
      <circle r={CENTRE_RADIUS} className="self" />
      <text y="1" className="self-name">
        {t("dial.me")}
      </text>
      {rings.map((metres) => (
        <text key={metres} {...at((metres / most) * RADIUS, labelDeg)} className="ring-name">
          {metres < 1000 ? t("kit:unit.m", { n: metres }) : t("kit:unit.km", { n: metres / 1000 })}
        </text>
      ))}
    </svg>
  );
}

function Wearer(props: { view: View; number: number | null; most: number; old: boolean }) {
  const { view, number, most, old } = props;
  const metres = view.distance_m ?? 0;
  const deg = view.direction_deg ?? 0;
  const scale = (m: number): number => Math.min(RADIUS, (m / most) * RADIUS);
  const spread = roundingM(metres) + (view.accuracy_m ?? 0);
  const dim = old || view.degraded === true;
  const centre = at(Math.max(CENTRE_RADIUS + 9, scale(metres)), deg);
  return (
    <g className={dim ? "wearer dim" : `wearer ${(view.trend ?? "").replace("TREND_", "").toLowerCase()}`}>
      <path className="field" d={sectorPath(scale(Math.max(0, metres - spread)), Math.max(4, scale(metres + spread)), deg)} />
      <g transform={`translate(${text(centre)})`}>
        <Mark trend={dim ? "TREND_UNKNOWN" : view.trend} deg={deg} />
        {number !== null && (
          <text x="17" y="-9" className="number-name">
            {number}
          </text>
        )}
      </g>
    </g>
  );
}

// An arrow along the motion, a bar for standing still, a question mark for unknown.
function Mark({ trend, deg }: { trend: View["trend"]; deg: number }) {
  if (trend === "TREND_APPROACHING" || trend === "TREND_RECEDING") {
    const turn = trend === "TREND_APPROACHING" ? deg + 180 : deg;
    return <path className="mark" transform={`rotate(${turn})`} d="M 0 -15 L 12 12 L 0 6 L -12 12 Z" />;
  }
  return (
    <>
      <circle className="mark" r="11" />
      {trend === "TREND_STEADY" ? (
        <path className="mark-in" d="M -6 -2.5 H 6 M -6 2.5 H 6" />
      ) : (
        <text className="mark-text" y="1">
          ?
        </text>
      )}
    </>
  );
}
