// The frame of a surface that consists of such pages: strip, tabs, the loud bar when the line is dead.
import { type ReactNode, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { LanguageSwitch, LinkBar, LinkChip, ServerClock, ThemeSwitch } from "../kit/chrome";
import { CASEWORK_IDLE_MS, useIdle } from "../kit/idle";
import { useLive } from "../kit/surface";
import { go, isElsewhere, useWhere, type Where } from "./where";
import { Body, Tabs } from "./work";

export function Frame({ pages, content }: { pages: readonly string[]; content: (where: Where) => ReactNode }) {
  const { t } = useTranslation("legal");
  const { who, leave } = useLive();
  useIdle(CASEWORK_IDLE_MS, leave);
  const where = useWhere();
  const first = pages[0] ?? "";
  // As the address is by now: it may have been changed since this was drawn, and whoever asked for a page gets that one.
  useEffect(() => {
    if (!isElsewhere()) go(first);
  }, [where.page, first]);
  useEffect(() => {
    document.title = t("surface:title");
  }, [t]);
  return (
    <div className="legal-frame">
      <header className="legal-strip">
        <h1>{t("surface:title")}</h1>
        <LinkChip />
        <span className="chip">
          <ServerClock /> KST
        </span>
        <span className="spring" />
        <ThemeSwitch preferred="light" />
        <LanguageSwitch />
        <a className="chip seat" href="/account/" target="_blank" rel="noreferrer" title={t("account")}>
          {who.account}
        </a>
        <button type="button" className="button small" onClick={leave}>
          {t("leave")}
        </button>
      </header>
      <LinkBar advice={t("link_advice")} />
      <Tabs pages={pages} where={where} />
      <main>
        <Body where={where}>{content(where)}</Body>
      </main>
    </div>
  );
}
