// Giving a wearer to a supervising officer, with the load of each in sight: the guideline and the average are the law's and
// the statistics', the count is of now.
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLoaded } from "../kit/load";
import { assignSupervisor, caseloads, type RiskView } from "./asks";
import { Bar } from "./charts";
import { HeldBack, LoadedView, Refused, useDeed, useHeldBack, useRight } from "./parts";

const NOBODY = "";
const OTHER = "?"; // no account is called so

export function Supervise({ view, changed }: { view: RiskView; changed: () => void }) {
  const { t } = useTranslation("legal");
  const right = useRight("assign");
  const [open, setOpen] = useState(false);
  const loaded = useLoaded(open ? `caseloads/${view.officer ?? ""}` : null, caseloads);
  if (!right || view.role !== "ROLE_WEARER") return null;
  return (
    <details data-supervise open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t("supervise.title")}</summary>
      {open && (
        <LoadedView what={t("supervise.title")} loaded={loaded}>
          {(loads) => <Choice view={view} loads={loads} changed={changed} />}
        </LoadedView>
      )}
    </details>
  );
}

type Loads = Awaited<ReturnType<typeof caseloads>>;

function Choice({ view, loads, changed }: { view: RiskView; loads: Loads; changed: () => void }) {
  const { t } = useTranslation("legal");
  const held = useHeldBack("assign");
  const [chosen, setChosen] = useState(view.officer ?? NOBODY);
  const [account, setAccount] = useState("");
  const [agency, setAgency] = useState(view.agency_id ?? "");
  const { busy, refused, run } = useDeed(changed);
  const officers = [...loads.officers].sort((a, b) => a.wearers - b.wearers || (a.officer < b.officer ? -1 : 1));
  const most = Math.max(loads.guideline, loads.average, ...officers.map((one) => one.wearers)) || 1;
  const marks = [loads.guideline, loads.average].filter((one) => one > 0);
  const officer = chosen === OTHER ? account.trim() : chosen;
  const known = officers.find((one) => one.officer === officer);
  const then = (known?.wearers ?? 0) + 1;
  const over = officer !== "" && officer !== view.officer && loads.guideline > 0 && then > loads.guideline;
  const send = () => void run(() => assignSupervisor(view.person_id ?? "", officer, officer === "" ? "" : (known?.agency ?? agency.trim())));
  const option = (value: string, text: string, wearers?: number) => (
    <li key={value}>
      <label className="tick">
        <input type="radio" name="officer" checked={chosen === value} onChange={() => setChosen(value)} /> {text}
      </label>
      {wearers !== undefined && (
        <>
          <span className="number">{t("people", { n: wearers })}</span>
          <Bar value={wearers} most={most} over={loads.guideline > 0 && wearers > loads.guideline} marks={marks} />
        </>
      )}
    </li>
  );
  return (
    <form
      className="form"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <p className="quiet">{t("supervise.against", { guideline: loads.guideline, average: loads.average })}</p>
      <fieldset className="conditions">
        <legend>{t("links.officer")}</legend>
        <ul className="officers">
          {officers.map((one) => option(one.officer, [one.officer, one.agency].filter(Boolean).join(" · "), one.wearers))}
          {option(OTHER, t("supervise.other"))}
          {option(NOBODY, t("supervise.nobody"))}
        </ul>
      </fieldset>
      {chosen === OTHER && (
        <>
          <label>
            {t("supervise.account")}
            <input required maxLength={64} value={account} onChange={(event) => setAccount(event.target.value)} />
          </label>
          <label>
            {t("supervise.agency")}
            <input required maxLength={64} value={agency} onChange={(event) => setAgency(event.target.value)} />
          </label>
        </>
      )}
      <p role="status" className={over ? "problem" : "quiet"}>
        {over ? t("supervise.over", { n: then, guideline: loads.guideline }) : officer === "" ? t("supervise.nobody_now") : ""}
      </p>
      <Refused failure={refused} />
      <HeldBack why={held} />
      <button type="submit" className="button primary" disabled={busy || held !== null || officer === (view.officer ?? "")}>
        {t("supervise.do")}
      </button>
    </form>
  );
}
