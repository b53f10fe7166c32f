// Casework of the police and of probation: what the law makes them do, and the cases it comes from.
import { useTranslation } from "react-i18next";
import { Empty } from "../kit/chrome";
import { Frame } from "../legal/frame";
import { PAGES, pageOf } from "../legal/work";
import { PetitionPage } from "../legal/petition";

export function Page() {
  const { t } = useTranslation();
  return (
    <Frame
      pages={PAGES}
      content={(where) => (where.page === "petition" ? <PetitionPage id={where.id} /> : (pageOf(where) ?? <Empty title={t("no_page")} />))}
    />
  );
}
