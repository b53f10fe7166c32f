// When there is no alert: whose place is oldest and whose battery is lowest, so that a quiet screen says what
// it rests on.
import { useTranslation } from "react-i18next";
import { Age } from "../kit/chrome";
import { serverNowMs } from "../kit/clock";
import { useLive, useNow } from "../kit/surface";
import { useDesk } from "./desk";
import { rowsOf } from "./table-model";

const SHOWN = 8;

export function Watchlist() {
  const { t } = useTranslation();
  const { picture } = useLive();
  const desk = useDesk();
  useNow(5000);
  const none = () => null;
  const tracks = picture.tracks;
  const stale = rowsOf(
    tracks,
    { text: "", filter: "stale", sort: "age", down: true },
    none,
    serverNowMs(),
  ).slice(0, SHOWN);
  const low = rowsOf(
    tracks,
    { text: "", filter: "low_battery", sort: "battery", down: false },
    none,
    serverNowMs(),
  ).slice(0, SHOWN);
  const list = (title: string, rows: number[], value: (row: number) => React.ReactNode) => (
    <>
      <h3>{title}</h3>
      {rows.length === 0 && <p className="quiet">{t("watch.none")}</p>}
      <ul>
        {rows.map((row) => (
          <li key={tracks.ids[row]}>
            <button type="button" className="link" onClick={() => desk.pick(tracks.ids[row] ?? null)}>
              {tracks.ids[row]}
            </button>
            <span>{value(row)}</span>
          </li>
        ))}
      </ul>
    </>
  );
  return (
    <div className="watchlist">
      {list(t("watch.stale"), stale, (row) => (
        <Age atMs={tracks.fixedAt[row] ?? 0} staleAfterS={tracks.staleAfter[row]} />
      ))}
      {list(t("watch.battery"), low, (row) => t("device.percent", { n: tracks.battery[row] }))}
    </div>
  );
}
