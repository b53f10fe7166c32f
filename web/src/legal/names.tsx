// What a case and a kind of measure are called, for pages that hold only their ids. An id without a name is shown as it is.
import { createContext, type ReactNode, useContext, useMemo } from "react";
import { useLoaded } from "../kit/load";
import { language } from "../kit/words";
import { cases, kinds, type LawKind } from "./asks";
import { useCases } from "./news";
import { useRight } from "./parts";

interface Named {
  numbers: ReadonlyMap<string, string>;
  kinds: ReadonlyMap<string, LawKind>;
}

const Names = createContext<Named>({ numbers: new Map(), kinds: new Map() });

export function NamesKnown({ children }: { children: ReactNode }) {
  const known = useCases(useRight("see_case") ? "case-numbers" : null, () => cases("all")).data;
  const law = useLoaded("kinds", kinds).data;
  const named = useMemo((): Named => ({
    numbers: new Map((known ?? []).map(({ case_record }) => [case_record?.id ?? "", case_record?.number ?? ""])),
    kinds: new Map((law ?? []).map((kind) => [kind.code ?? "", kind])),
  }), [known, law]);
  return <Names value={named}>{children}</Names>;
}

export const kindName = (kind: LawKind | undefined, code = ""): string =>
  (language() === "ko" ? kind?.name_ko : kind?.name_en) || kind?.code || code;

export function useKindName(): (code: string | undefined) => string {
  const named = useContext(Names);
  return (code) => kindName(named.kinds.get(code ?? ""), code);
}

export function usePutsOnDevice(): (code: string | undefined) => boolean {
  const named = useContext(Names);
  return (code) => named.kinds.get(code ?? "")?.device ?? false;
}

export const useCaseNumber = (id: string | undefined): string => useContext(Names).numbers.get(id ?? "") || (id ?? "");
