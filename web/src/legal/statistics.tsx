// What the numbers of the whole system are: wearers, violations by month, applications and approvals, caseloads, times. Every
// drawing has its numbers as a table beside it; the same as CSV.
import { Fragment, useState } from "react";
import { useTranslation } from "react-i18next";
import { serverNowMs } from "../kit/clock";
import { useLoaded } from "../kit/load";
import { bare, type Statistics, statistics } from "./asks";
import { Bar, Card, Columns, type Count, Nothing, Range, Stack } from "./charts";
import { endOfDayUs } from "./clocks";
import { download } from "./files";
import { useKindName, useOffenceName, usePutsOnDevice } from "./names";
import { LoadedView, Refused, Rows, useDeed } from "./parts";

const DAY_MS = 86_400_000;
const KOREA_MS = 9 * 3_600_000;
const dateOf = (ms: number) => new Date(ms + KOREA_MS).toISOString().slice(0, 10);

export function StatisticsPage() {
  const { t } = useTranslation("legal");
  const [from, setFrom] = useState(() => dateOf(serverNowMs() - 365 * DAY_MS));
  const [to, setTo] = useState(() => dateOf(serverNowMs()));
  const fromUs = String((Number(endOfDayUs(from)) / 1000 - DAY_MS) * 1000);
  const toUs = endOfDayUs(to);
  const loaded = useLoaded(`statistics/${fromUs}/${toUs}`, () => statistics(fromUs, toUs), 15_000);
  const { busy, refused, run } = useDeed(() => undefined);
  const csv = () => run(() => download(`/api/v1/statistics.csv?from_us=${fromUs}&to_us=${toUs}`, `haechi-${from}-${to}.csv`));
  return (
    <section aria-label={t("statistics.title")}>
      <div className="page-head">
        <h2>{t("statistics.title")}</h2>
        <div className="form inline">
          <label>
            {t("statistics.from")}
            <input type="date" value={from} onChange={(event) => setFrom(event.target.value)} />
          </label>
          <label>
            {t("statistics.to")}
            <input type="date" value={to} onChange={(event) => setTo(event.target.value)} />
          </label>
          <button type="button" className="button" disabled={busy} onClick={() => void csv()}>
            {t("statistics.csv")}
          </button>
        </div>
      </div>
      <Refused failure={refused} />
      <LoadedView what={t("statistics.title")} loaded={loaded}>
        {(data) => <Charts data={data} />}
      </LoadedView>
    </section>
  );
}

const n = (count: string | number | undefined): number => Number(count ?? 0);

function Charts({ data }: { data: Statistics }) {
  const { t } = useTranslation("legal");
  const nameOf = useKindName();
  const offenceOf = useOffenceName();
  const named = (rows: Statistics["duties"], name: (key: string) => string): Count[] =>
    (rows ?? []).map((one) => ({ name: name(one.key ?? ""), value: n(one.count) }));
  return (
    <div className="charts">
      <Shares data={data} />
      <Months title={t("statistics.by_month")} counts={named(data.violations_by_month, (key) => key)} />
      <Bars title={t("statistics.by_offence")} counts={named(data.wearers_by_offence, offenceOf)} />
      <Bars title={t("statistics.by_kind")} counts={named(data.wearers_by_kind, nameOf)} />
      <Caseloads data={data} />
      <Bars title={t("statistics.duties")} counts={named(data.duties, (key) => t(`duty_count.${key}`, { defaultValue: key }))} />
      <Bars
        title={t("statistics.links")}
        counts={named(data.links, (key) => t(`link_state.${bare(key, "LINK_STATE_")}`, { defaultValue: key }))}
      />
      <AgencyShares title={t("statistics.stations")} rows={data.stations ?? []} />
      <AgencyShares title={t("statistics.offices")} rows={data.offices ?? []} />
      <Applications data={data} />
      <Times data={data} />
    </div>
  );
}

function useShare() {
  const { t } = useTranslation("legal");
  return (part: number, of: number) => (of === 0 ? t("unsaid") : t("percent", { n: ((100 * part) / of).toFixed(1) }));
}

// How many of the alerts were false, and how many nobody has taken.
function Shares({ data }: { data: Statistics }) {
  const { t } = useTranslation("legal");
  const share = useShare();
  const rows = [
    { name: "false_share", part: n(data.alerts_false), of: n(data.alerts_resolved) },
    { name: "unacknowledged", part: n(data.alerts_unacknowledged), of: n(data.alerts_total) },
  ];
  return (
    <Card title={t("statistics.alerts")}>
      <table className="bars">
        <caption className="visually-hidden">{t("statistics.alerts")}</caption>
        <tbody>
          <tr>
            <th scope="row">{t("statistics.total")}</th>
            <td className="number">{n(data.alerts_total)}</td>
            <td />
          </tr>
          {rows.map(({ name, part, of }) => (
            <tr key={name}>
              <th scope="row">{t(`statistics.${name}`)}</th>
              <td className="number">{t("statistics.of", { part, of, share: share(part, of) })}</td>
              <td>
                <Bar value={part} most={of} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}

// The same for each station, or for each office that supervises.
function AgencyShares({ title, rows }: { title: string; rows: NonNullable<Statistics["stations"]> }) {
  const { t } = useTranslation("legal");
  const share = useShare();
  const head = ["agency", "alerts", "false_share", "drawn", "unacknowledged", "drawn"].map((name) => t(`statistics.column.${name}`));
  return (
    <Card title={title} wide>
      {rows.length === 0 ? (
        <Nothing />
      ) : (
        <Rows title={title} head={head}>
          {rows.map((one) => (
            <tr key={one.agency_id}>
              <th scope="row">{one.agency_id || t("statistics.no_agency")}</th>
              <td className="number">{n(one.alerts)}</td>
              {[
                { part: n(one.false_alarms), of: n(one.resolved) },
                { part: n(one.unacknowledged), of: n(one.alerts) },
              ].map(({ part, of }, i) => (
                <Fragment key={i}>
                  <td className="number">{t("statistics.of", { part, of, share: share(part, of) })}</td>
                  <td className="drawn-cell">
                    <Bar value={part} most={of} />
                  </td>
                </Fragment>
              ))}
            </tr>
          ))}
        </Rows>
      )}
    </Card>
  );
}

function Months({ title, counts }: { title: string; counts: readonly Count[] }) {
  const { t } = useTranslation("legal");
  return (
    <Card title={title}>
      {counts.length === 0 ? (
        <Nothing />
      ) : (
        <div className="drawn">
          <Columns counts={counts} />
          <Rows title={title} head={[t("statistics.column.month"), t("statistics.column.violations")]}>
            {counts.map((one) => (
              <tr key={one.name}>
                <th scope="row">{one.name}</th>
                <td className="number">{one.value}</td>
              </tr>
            ))}
          </Rows>
        </div>
      )}
    </Card>
  );
}

interface BarRow extends Count {
  over?: boolean;
  quiet?: boolean;
}

function Bars({ title, counts, marks = [] }: { title: string; counts: readonly BarRow[]; marks?: readonly number[] }) {
  const { t } = useTranslation("legal");
  const most = Math.max(1, ...counts.map((one) => one.value));
  return (
    <Card title={title}>
      {counts.length === 0 ? (
        <Nothing />
      ) : (
        <table className="bars">
          <caption className="visually-hidden">{title}</caption>
          <tbody>
            {counts.map((one) => (
              <tr key={one.name}>
                <th scope="row">{one.name}</th>
                <td className="number">
                  {one.over && <span className="problem">{t("statistics.above")} </span>}
                  {Math.round(one.value * 10) / 10}
                </td>
                <td>
                  <Bar value={one.value} most={most} over={one.over ?? false} quiet={one.quiet ?? false} marks={marks} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}

// Officers against what the law asks for and what is usual.
function Caseloads({ data }: { data: Statistics }) {
  const { t } = useTranslation("legal");
  const against = [
    { name: t("person.guideline"), value: n(data.guideline_thousandths) / 1000 },
    { name: t("person.average"), value: n(data.average_thousandths) / 1000 },
  ].filter((one) => one.value > 0);
  const guideline = n(data.guideline_thousandths) / 1000;
  const officers = (data.caseloads ?? []).map((one) => ({
    name: [one.officer, one.agency_id].filter(Boolean).join(" · "), value: n(one.wearers), over: guideline > 0 && n(one.wearers) > guideline,
  }));
  return (
    <Bars
      title={t("statistics.caseload")}
      counts={[...officers, ...against.map((one) => ({ ...one, quiet: true }))]}
      marks={against.map((one) => one.value)}
    />
  );
}

// What puts a device on comes first: it is what is asked about.
function Applications({ data }: { data: Statistics }) {
  const { t } = useTranslation("legal");
  const nameOf = useKindName();
  const putsOn = usePutsOnDevice();
  const rows = [...(data.measures ?? [])].sort((a, b) => Number(putsOn(b.kind)) - Number(putsOn(a.kind)));
  const most = Math.max(1, ...rows.map((one) => n(one.applied)));
  const title = t("statistics.applications");
  const head = ["station", "kind", "applied", "granted", "denied", "waiting", "rate"].map((name) => t(`statistics.column.${name}`));
  return (
    <Card title={title} wide>
      {rows.length === 0 ? (
        <Nothing />
      ) : (
        <>
          <ul className="legend" aria-hidden="true">
            {["granted", "denied", "waiting"].map((name, part) => (
              <li key={name}>
                <Stack parts={[0, 1, 2].map((each) => (each === part ? 1 : 0))} whole={1} /> {t(`statistics.column.${name}`)}
              </li>
            ))}
          </ul>
          <Rows title={title} head={[...head, t("statistics.column.drawn")]}>
            {rows.map((one) => (
              <tr key={`${one.agency_id} ${one.kind}`}>
                <td>{one.agency_id}</td>
                <td>
                  {nameOf(one.kind)} <small className="quiet">{one.kind}</small>
                </td>
                {[one.applied, one.granted, one.denied, one.waiting].map((count, i) => (
                  <td key={i} className="number">
                    {n(count)}
                  </td>
                ))}
                <td className="number">
                  {Number(one.granted_thousandths ?? -1) < 0 ? t("unsaid") : t("percent", { n: (n(one.granted_thousandths) / 10).toFixed(1) })}
                </td>
                <td className="drawn-cell">
                  <Stack parts={[n(one.granted), n(one.denied), n(one.waiting)]} whole={most} />
                </td>
              </tr>
            ))}
          </Rows>
        </>
      )}
    </Card>
  );
}

function Times({ data }: { data: Statistics }) {
  const { t } = useTranslation("legal");
  const ms = (value: string | undefined) => Number(value ?? -1);
  const rows = (data.times ?? []).flatMap((one) => [
    { station: one.agency_id ?? "", stage: "assigned", count: n(one.assigned), of: n(one.alerts), p50: ms(one.assigned_ms_p50), p90: ms(one.assigned_ms_p90), p99: ms(one.assigned_ms_p99) },
    { station: one.agency_id ?? "", stage: "on_scene", count: n(one.on_scene), of: n(one.alerts), p50: ms(one.on_scene_ms_p50), p90: ms(one.on_scene_ms_p90), p99: ms(one.on_scene_ms_p99) },
  ]);
  const most = Math.max(1, ...rows.map((one) => one.p99));
  const said = (value: number) => (value < 0 ? t("unsaid") : t("seconds", { n: (value / 1000).toFixed(1) }));
  const title = t("statistics.times");
  const head = ["station", "stage", "reached", "p50", "p90", "p99"].map((name) => t(`statistics.column.${name}`));
  return (
    <Card title={title} wide>
      <p className="quiet">{t("statistics.range")}</p>
      <Rows title={title} head={[...head, t("statistics.scale", { n: (most / 1000).toFixed(0) })]}>
        {rows.map((one) => (
          <tr key={`${one.station} ${one.stage}`}>
            <td>{one.station || t("statistics.everywhere")}</td>
            <td>{t(`statistics.column.${one.stage}`)}</td>
            <td className="number">{t("statistics.part_of", { part: one.count, of: one.of })}</td>
            {[one.p50, one.p90, one.p99].map((value, i) => (
              <td key={i} className="number">
                {said(value)}
              </td>
            ))}
            <td className="drawn-cell">
              <Range p50={one.p50} p90={one.p90} p99={one.p99} most={most} />
            </td>
          </tr>
        ))}
      </Rows>
    </Card>
  );
}
