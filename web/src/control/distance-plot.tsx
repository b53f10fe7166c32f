// Distance and closing speed over time, as the server measured them, with the band that holds 95 %; and the
// same as a table.
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { clockTime, distance } from "../kit/format";
import { LoadedView } from "./parts";
import { columnsOf, type PlotColumns, protectedOf } from "./plot-model";
import type { Series } from "./proximity";

const HEIGHT_PX = 230;
const TABLE_ROWS_MAX = 200;

export default function DistancePlot({ series }: { series: Series }) {
  const { t } = useTranslation();
  const [table, setTable] = useState(false);
  const [chosen, setChosen] = useState("");
  return (
    <LoadedView what={t("incident.section.plot")} loaded={series}>
      {(answer) => {
        const points = answer.points ?? [];
        const persons = protectedOf(points);
        const person = persons.includes(chosen) ? chosen : (persons[0] ?? "");
        const columns = columnsOf(points, person);
        if (columns.atS.length === 0) return <p className="quiet">{t("plot.none")}</p>;
        return (
          <>
            <p className="plot-head">
              {persons.length > 1 && (
                <select
                  aria-label={t("plot.person")}
                  value={person}
                  onChange={(event) => setChosen(event.target.value)}
                >
                  {persons.map((id) => (
                    <option key={id}>{id}</option>
                  ))}
                </select>
              )}
              <button
                type="button"
                className="button small"
                aria-pressed={table}
                onClick={() => setTable(!table)}
              >
                {t("plot.table")}
              </button>
              {answer.thinned && <span className="quiet">{t("plot.thinned")}</span>}
            </p>
            {table ? <PlotTable columns={columns} /> : <Plot columns={columns} />}
          </>
        );
      }}
    </LoadedView>
  );
}

function Plot({ columns }: { columns: PlotColumns }) {
  const { t, i18n } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const [theme, setTheme] = useState(0);
  useEffect(() => {
    const watch = new MutationObserver(() => setTheme((n) => n + 1));
    watch.observe(document.documentElement, { attributes: true, attributeFilter: ["data-theme"] });
    return () => watch.disconnect();
  }, []);
  useEffect(() => {
    const at = box.current;
    if (!at) return;
    const style = getComputedStyle(at);
    const colour = (name: string) => style.getPropertyValue(name).trim();
    const axis = {
      stroke: colour("--quiet"),
      grid: { stroke: colour("--line"), width: 0.5 },
      ticks: { stroke: colour("--line") },
    };
    const made = new uPlot(
      {
        width: at.clientWidth,
        height: HEIGHT_PX,
        legend: { live: true },
        cursor: { drag: { x: true, y: false } },
        scales: {
          x: { time: true },
          m: { range: (_, __, max) => [0, Math.max(max * 1.1, 10)] },
          v: { range: (_, min, max) => [Math.min(min * 1.15, -5), Math.max(max * 1.15, 5)] },
        },
        series: [
          { value: (_, v) => (v === null ? "" : clockTime(v * 1000)), label: t("plot.time") },
          {
            scale: "m",
            label: t("plot.distance"),
            stroke: colour("--accent"),
            width: 2,
            points: { show: columns.atS.length < 3 },
            value: (_, v) => (v === null ? "–" : distance(v)),
          },
          {
            scale: "m",
            label: t("plot.low"),
            stroke: "transparent",
            points: { show: false },
            value: (_, v) => (v === null ? "–" : distance(v)),
          },
          {
            scale: "m",
            label: t("plot.high"),
            stroke: "transparent",
            points: { show: false },
            value: (_, v) => (v === null ? "–" : distance(v)),
          },
          {
            scale: "v",
            label: t("plot.closing"),
            stroke: colour("--sev1-text"),
            width: 1.5,
            dash: [6, 4],
            points: { show: false },
            value: (_, v) => (v === null ? "–" : t("kit:unit.kmh", { n: v.toFixed(1) })),
          },
        ],
        bands: [{ series: [3, 2], fill: `color-mix(in srgb, ${colour("--accent")} 22%, transparent)` }],
        axes: [
          { ...axis, values: (_, ticks) => ticks.map((v) => clockTime(v * 1000).slice(0, 8)), space: 70 },
          { ...axis, scale: "m", values: (_, ticks) => ticks.map((v) => distance(v)), size: 62 },
          {
            ...axis,
            scale: "v",
            side: 1,
            grid: { show: false },
            values: (_, ticks) => ticks.map((v) => `${v}`),
            label: t("plot.kmh"),
            size: 40,
            labelSize: 18,
          },
        ],
      },
      [columns.atS, columns.distanceM, columns.lowM, columns.highM, columns.closingKmh],
      at,
    );
    plot.current = made;
    const watch = new ResizeObserver(() => made.setSize({ width: at.clientWidth, height: HEIGHT_PX }));
    watch.observe(at);
    return () => {
      watch.disconnect();
      made.destroy();
      plot.current = null;
    };
    // made anew for another theme or language; new points only move the lines
  }, [theme, i18n.language]);
  useEffect(() => {
    plot.current?.setData([columns.atS, columns.distanceM, columns.lowM, columns.highM, columns.closingKmh]);
  }, [columns]);
  const last = columns.atS.length - 1;
  return (
    <figure>
      <div
        ref={box}
        className="plot"
        role="img"
        aria-label={t("plot.label", {
          n: columns.atS.length,
          from: clockTime((columns.atS[0] ?? 0) * 1000),
          to: clockTime((columns.atS[last] ?? 0) * 1000),
          d: distance(columns.distanceM[last] ?? 0),
        })}
      />
      <figcaption className="quiet">{t("plot.caption")}</figcaption>
    </figure>
  );
}

function PlotTable({ columns }: { columns: PlotColumns }) {
  const { t } = useTranslation();
  const from = Math.max(0, columns.atS.length - TABLE_ROWS_MAX);
  const rows = columns.atS
    .map((_, i) => i)
    .slice(from)
    .reverse();
  return (
    <table className="ledger">
      <caption className="visually-hidden">{t("plot.caption")}</caption>
      <thead>
        <tr>
          <th scope="col">{t("plot.time")}</th>
          <th scope="col" className="right">
            {t("plot.distance")}
          </th>
          <th scope="col" className="right">
            {t("plot.band")}
          </th>
          <th scope="col" className="right">
            {t("plot.closing")}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((i) => (
          <tr key={i}>
            <td className="number">{clockTime((columns.atS[i] ?? 0) * 1000)}</td>
            <td className="number right">{distance(columns.distanceM[i] ?? 0)}</td>
            <td className="number right">
              {distance(columns.lowM[i] ?? 0)} – {distance(columns.highM[i] ?? 0)}
            </td>
            <td className="number right">
              {columns.closingKmh[i] === null || columns.closingKmh[i] === undefined
                ? "–"
                : t("kit:unit.kmh", { n: columns.closingKmh[i].toFixed(1) })}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
