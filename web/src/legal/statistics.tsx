// What the numbers of the whole system are: wearers, alerts by month, applications and approvals, caseloads, times. Every chart
// is a table with a bar beside each number; the same as CSV.
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { surface } from "../kit/session";
import { serverNowMs } from "../kit/clock";
import { useLoaded } from "../kit/load";
import { bare, type Statistics, statistics } from "./asks";
import { endOfDayUs } from "./clocks";
import { Fact, Facts, LoadedView } from "./parts";

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
  const [failed, setFailed] = useState(false);
  const download = async () => {
    const answer = await fetch(`/api/v1/statistics.csv?from_us=${fromUs}&to_us=${toUs}`, {
      cache: "no-store", headers: { "Haechi-Surface": surface },
    }).catch(() => null);
    setFailed(!answer?.ok);
    if (!answer?.ok) return;
    const address = URL.createObjectURL(await answer.blob());
    const anchor = Object.assign(document.createElement("a"), { href: address, download: `haechi-${from}-${to}.csv` });
    anchor.click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  };
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
          <button type="button" className="button" onClick={() => void download()}>
            {t("statistics.csv")}
          </button>
        </div>
      </div>
      {failed && (
        <p className="problem" role="alert">
          {t("refused.no_answer")}
        </p>
      )}
      <LoadedView what={t("statistics.title")} loaded={loaded}>
        {(data) => <Charts data={data} />}
      </LoadedView>
    </section>
  );
}

function Charts({ data }: { data: Statistics }) {
  const { t } = useTranslation("legal");
  const n = (count: string | number | undefined) => Number(count ?? 0);
  const total = n(data.alerts_total);
  const share = (part: number, of: number) => (of === 0 ? t("unsaid") : t("percent", { n: ((100 * part) / of).toFixed(1) }));
  const guideline = Number(data.guideline_thousandths ?? 0) / 1000;
  const average = Number(data.average_thousandths ?? 0) / 1000;
  return (
    <div className="charts">
      <section className="card">
        <h3>{t("statistics.alerts")}</h3>
        <Facts>
          <Fact name={t("statistics.total")}>{total}</Fact>
          <Fact name={t("statistics.false_share")}>
            {t("statistics.of", { part: n(data.alerts_false), of: n(data.alerts_resolved), share: share(n(data.alerts_false), n(data.alerts_resolved)) })}
          </Fact>
          <Fact name={t("statistics.unacknowledged")}>
            {t("statistics.of", { part: n(data.alerts_unacknowledged), of: total, share: share(n(data.alerts_unacknowledged), total) })}
          </Fact>
        </Facts>
      </section>
      <Bars title={t("statistics.by_month")} rows={(data.alerts_by_month ?? []).map((one) => ({ name: one.key ?? "", value: n(one.count) }))} />
      <Bars title={t("statistics.by_kind")} rows={(data.wearers_by_kind ?? []).map((one) => ({ name: one.key ?? "", value: n(one.count) }))} />
      <Bars
        title={t("statistics.caseload")}
        rows={(data.caseloads ?? []).map((one) => ({
          name: [one.officer, one.agency_id].filter(Boolean).join(" · "), value: n(one.wearers), over: guideline > 0 && n(one.wearers) > guideline,
        }))}
        marks={[
          ...(guideline > 0 ? [{ name: t("person.guideline"), value: guideline }] : []),
          ...(average > 0 ? [{ name: t("person.average"), value: average }] : []),
        ]}
      />
      <Applications data={data} />
      <Times data={data} />
      <Bars
        title={t("statistics.duties")}
        rows={(data.duties ?? []).map((one) => ({ name: t(`duty_count.${one.key ?? ""}`, { defaultValue: one.key ?? "" }), value: n(one.count) }))}
      />
      <Bars
        title={t("statistics.links")}
        rows={(data.links ?? []).map((one) => ({ name: t(`link_state.${bare(one.key, "LINK_STATE_")}`, { defaultValue: one.key ?? "" }), value: n(one.count) }))}
      />
    </div>
  );
}

interface Bar {
  name: string;
  value: number;
  over?: boolean;
}

function Bars({ title, rows, marks = [] }: { title: string; rows: readonly Bar[]; marks?: readonly Bar[] }) {
  const { t } = useTranslation("legal");
  const most = Math.max(1, ...rows.map((one) => one.value), ...marks.map((one) => one.value));
  return (
    <section className="card">
      <h3>{title}</h3>
      {rows.length === 0 ? (
        <p className="quiet">{t("statistics.nothing")}</p>
      ) : (
        <table className="bars">
          <caption className="visually-hidden">{title}</caption>
          <tbody>
            {[...rows, ...marks].map((one, i) => (
              <tr key={one.name}>
                <th scope="row">{one.name}</th>
                <td className="number">
                  {Math.round(one.value * 10) / 10}
                  {one.over && <span aria-hidden="true"> ▲</span>}
                </td>
                <td aria-hidden="true">
                  <svg viewBox="0 0 100 10" preserveAspectRatio="none" width="100%" height="14">
                    <rect className={i >= rows.length ? "bar-quiet" : one.over ? "bar-over" : "bar"} x="0" y="0" width={(100 * one.value) / most} height="10" />
                    {marks.map((mark) => (
                      <line key={mark.name} className="bar-mark" x1={(100 * mark.value) / most} x2={(100 * mark.value) / most} y1="0" y2="10" />
                    ))}
                  </svg>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Frame({ title, head, children }: { title: string; head: readonly string[]; children: ReactNode }) {
  return (
    <section className="card wide">
      <h3>{title}</h3>
      <div className="table-frame" tabIndex={0} role="region" aria-label={title}>
        <table>
          <thead>
            <tr>
              {head.map((name) => (
                <th key={name} scope="col">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>{children}</tbody>
        </table>
      </div>
    </section>
  );
}

function Applications({ data }: { data: Statistics }) {
  const { t } = useTranslation("legal");
  const head = ["station", "kind", "applied", "granted", "denied", "waiting", "rate"].map((name) => t(`statistics.column.${name}`));
  return (
    <Frame title={t("statistics.applications")} head={head}>
      {(data.measures ?? []).map((one) => (
        <tr key={`${one.agency_id} ${one.kind}`}>
          <td>{one.agency_id}</td>
          <td>{one.kind}</td>
          {[one.applied, one.granted, one.denied, one.waiting].map((count, i) => (
            <td key={i} className="number">
              {Number(count ?? 0)}
            </td>
          ))}
          <td className="number">{Number(one.granted_thousandths ?? -1) < 0 ? t("unsaid") : t("percent", { n: (Number(one.granted_thousandths) / 10).toFixed(1) })}</td>
        </tr>
      ))}
    </Frame>
  );
}

function Times({ data }: { data: Statistics }) {
  const { t } = useTranslation("legal");
  const seconds = (ms: string | undefined) => (Number(ms ?? -1) < 0 ? t("unsaid") : t("seconds", { n: (Number(ms) / 1000).toFixed(1) }));
  const head = ["station", "alerts", "assigned", "p50", "p90", "p99", "on_scene", "scene_p50", "scene_p90", "scene_p99"].map((name) => t(`statistics.column.${name}`));
  return (
    <Frame title={t("statistics.times")} head={head}>
      {(data.times ?? []).map((one) => (
        <tr key={one.agency_id || "all"}>
          <td>{one.agency_id || t("statistics.everywhere")}</td>
          <td className="number">{Number(one.alerts ?? 0)}</td>
          <td className="number">{Number(one.assigned ?? 0)}</td>
          {[one.assigned_ms_p50, one.assigned_ms_p90, one.assigned_ms_p99].map((ms, i) => (
            <td key={i} className="number">
              {seconds(ms)}
            </td>
          ))}
          <td className="number">{Number(one.on_scene ?? 0)}</td>
          {[one.on_scene_ms_p50, one.on_scene_ms_p90, one.on_scene_ms_p99].map((ms, i) => (
            <td key={i} className="number">
              {seconds(ms)}
            </td>
          ))}
        </tr>
      ))}
    </Frame>
  );
}
