// Cases, links and clocks over the console. The strips of what rings stay in sight; Escape leads back.
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { leave, type Where } from "../legal/where";
import { Body, PAGES, pageOf, Tabs } from "../legal/work";
import { PicturePage, Pictures } from "../legal/pictures";
import { useDesk, useDeskState } from "./desk";

const picturesOf = ({ page, id }: Where) => (page !== "pictures" ? null : id ? <PicturePage key={id} id={id} /> : <Pictures />);

export default function Casework({ where }: { where: Where }) {
  const { t } = useTranslation();
  const desk = useDesk();
  const { alertId } = useDeskState();
  useEffect(() => {
    const escape = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !event.defaultPrevented && !document.querySelector("dialog[open]")) leave();
    };
    addEventListener("keydown", escape);
    return () => removeEventListener("keydown", escape);
  }, []);
  // Whoever opens an alert wants to see it.
  useEffect(() => {
    let before = alertId;
    return desk.subscribe(() => {
      if (desk.state.alertId !== before && desk.state.alertId !== null) leave();
      before = desk.state.alertId;
    });
  }, [desk]);
  return (
    <section className="casework" aria-label={t("casework.title")}>
      <div className="casework-head">
        <h2>{t("casework.title")}</h2>
        <button type="button" className="button small" onClick={leave}>
          {t("casework.back")} <kbd aria-hidden="true">Esc</kbd>
        </button>
      </div>
      <Tabs pages={[...PAGES, "pictures"]} where={where} />
      <Body where={where}>{pageOf(where) ?? picturesOf(where)}</Body>
    </section>
  );
}
