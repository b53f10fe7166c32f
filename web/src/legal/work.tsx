// The pages about cases under one head: proposals, duties, notifications, cases, a person, numbers. Loaded when first opened.
import { type ReactNode, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { addWords } from "../kit/words";
import { CasePage, Cases } from "./cases";
import { Duties } from "./duties";
import { Links } from "./links";
import { NamesKnown } from "./names";
import { Notifications } from "./notifications";
import { PersonPage } from "./person";
import { StatisticsPage } from "./statistics";
import { addressOf, type Where } from "./where";
import en from "./words/en.json";
import ko from "./words/ko.json";
import "./legal.css";

addWords("legal", { ko, en });

export const PAGES = ["links", "duties", "notifications", "cases", "statistics"] as const;

// One page of this room; null: it is none of ours.
export function pageOf({ page, id }: Where): ReactNode {
  if (page === "links") return <Links />;
  if (page === "duties") return <Duties />;
  if (page === "notifications") return <Notifications />;
  if (page === "cases") return <Cases />;
  if (page === "case" && id) return <CasePage key={id} id={id} />;
  if (page === "person" && id) return <PersonPage key={id} id={id} />;
  if (page === "statistics") return <StatisticsPage />;
  return null;
}

// The tab under which a page without one of its own stands: the first that this surface has.
const PARENTS: Record<string, readonly string[]> = {
  inquiry: ["inquiries"], inquire: ["inquiries"], provisions: ["cases"], case: ["cases"], person: ["cases"], petition: ["petitions", "cases"],
};

export function Tabs({ pages, where }: { pages: readonly string[]; where: Where }) {
  const { t } = useTranslation("legal");
  const now = PARENTS[where.page]?.find((page) => pages.includes(page)) ?? where.page;
  return (
    <nav className="pages" aria-label={t("pages")}>
      {pages.map((page) => (
        <a key={page} href={addressOf(page)} aria-current={now === page ? "page" : undefined}>
          {t(`page.${page}`)}
        </a>
      ))}
    </nav>
  );
}

// A new page begins at its top, for the eye and for the keyboard.
export function Body({ where, children }: { where: Where; children: ReactNode }) {
  const ref = useRef<HTMLDivElement>(null);
  const first = useRef(true);
  useEffect(() => {
    if (!first.current) ref.current?.focus();
    first.current = false;
    ref.current?.scrollTo?.(0, 0);
  }, [where.page, where.id]);
  return (
    <div className="legal-body" tabIndex={-1} ref={ref}>
      <NamesKnown>{children}</NamesKnown>
    </div>
  );
}
