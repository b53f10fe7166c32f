// Casework of the police and of probation: what the law makes them do, and the cases it comes from. The auditor watches them here.
import { useTranslation } from "react-i18next";
import { Empty } from "../kit/chrome";
import { Frame } from "../legal/frame";
import { inquiryPageOf } from "../legal/inquiry-pages";
import { useRight } from "../legal/parts";
import { PAGES, pageOf } from "../legal/work";
import { PetitionPage } from "../legal/petition";
import type { Where } from "../legal/where";
import { WATCH_PAGES, watchPageOf } from "../watch/pages";
import { ToldHere } from "./told-here";

export function Page() {
  const { t } = useTranslation();
  const watches = useRight("watch");
  const breaks = useRight("break_glass");
  const own = [...PAGES, "inquiries", ...(breaks ? ["glass"] : [])];
  return (
    <Frame
      pages={watches ? WATCH_PAGES : own}
      content={(where) => contentOf(where) ?? inquiryPageOf(where) ?? watchPageOf(where) ?? <Empty title={t("no_page")} />}
    />
  );
}

function contentOf(where: Where) {
  if (where.page === "petition") return <PetitionPage id={where.id} />;
  if (where.page !== "notifications") return pageOf(where);
  return (
    <>
      {pageOf(where)}
      <ToldHere />
    </>
  );
}
