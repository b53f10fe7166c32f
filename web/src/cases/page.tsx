// Casework of the police and of probation: what the law makes them do, and the cases it comes from.
import { useTranslation } from "react-i18next";
import { Empty } from "../kit/chrome";
import { Frame } from "../legal/frame";
import { PAGES, pageOf } from "../legal/work";
import { PetitionPage } from "../legal/petition";
import type { Where } from "../legal/where";
import { ToldHere } from "./told-here";

export function Page() {
  const { t } = useTranslation();
  return (
    <Frame
      pages={PAGES}
      content={(where) => contentOf(where) ?? <Empty title={t("no_page")} />}
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
