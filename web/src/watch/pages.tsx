// The pages of this room, and who has which: the auditor watches, officers may break the glass.
import type { ReactNode } from "react";
import { addWords } from "../kit/words";
import type { Where } from "../legal/where";
import { BreakGlass, Glasses } from "./glass";
import { LookUpsPage } from "./look-ups";
import { Looks } from "./looks";
import { Recusals } from "./recusals";
import en from "./words/en.json";
import ko from "./words/ko.json";

addWords("watch", { ko, en });

export const WATCH_PAGES = ["glasses", "look-ups", "looks", "recusals", "statistics"] as const;

// One page of this room; null: it is none of ours.
export function watchPageOf({ page }: Where): ReactNode {
  if (page === "glass") return <BreakGlass />;
  if (page === "glasses") return <Glasses />;
  if (page === "look-ups") return <LookUpsPage />;
  if (page === "looks") return <Looks />;
  if (page === "recusals") return <Recusals />;
  return null;
}
