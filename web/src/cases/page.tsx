// Casework of the police and of probation: what the law makes them do, and the cases it comes from. The auditor watches them here.
import { useTranslation } from "react-i18next";
import { Empty } from "../kit/chrome";
import { Frame } from "../legal/frame";
import { useRight } from "../legal/parts";
import { PAGES, pageOf } from "../legal/work";
import { PetitionPage } from "../legal/petition";
import { WATCH_PAGES, watchPageOf } from "../watch/pages";

export function Page() {
  const { t } = useTranslation();
  const watches = useRight("watch");
  const breaks = useRight("break_glass");
  const own = breaks ? [...PAGES, "glass"] : PAGES;
  return (
    <Frame
      pages={watches ? WATCH_PAGES : own}
      content={(where) =>
        where.page === "petition" ? <PetitionPage id={where.id} /> : (pageOf(where) ?? watchPageOf(where) ?? <Empty title={t("no_page")} />)
      }
    />
  );
}
