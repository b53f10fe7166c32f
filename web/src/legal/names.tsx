// What a case, a kind of measure and an offence are called, for pages that hold only their ids. An id without a name is shown as it is.
import { createContext, type ReactNode, useContext, useMemo } from "react";
import { useTranslation } from "react-i18next";
import { useLoaded } from "../kit/load";
import { language } from "../kit/words";
import { cases, law, type LawKind, type LawOffence } from "./asks";
import { useCases } from "./news";
import { useRight } from "./parts";

interface Named {
  numbers: ReadonlyMap<string, string>;
  kinds: ReadonlyMap<string, LawKind>;
  offences: ReadonlyMap<string, LawOffence>;
}

const Names = createContext<Named>({ numbers: new Map(), kinds: new Map(), offences: new Map() });

export function NamesKnown({ children }: { children: ReactNode }) {
  const known = useCases(useRight("see_case") ? "case-numbers" : null, () => cases("all")).data;
  const pack = useLoaded("kinds", law).data;
  const named = useMemo((): Named => ({
    numbers: new Map((known ?? []).map(({ case_record }) => [case_record?.id ?? "", case_record?.number ?? ""])),
    kinds: new Map((pack?.kinds ?? []).map((kind) => [kind.code ?? "", kind])),
    offences: new Map((pack?.offences ?? []).map((one) => [one.code ?? "", one])),
  }), [known, pack]);
  return <Names value={named}>{children}</Names>;
}

export const offenceName = (one: LawOffence): string => (language() === "ko" ? one.name_ko : one.name_en) || (one.code ?? "");

export function useOffenceName(): (code: string | undefined) => string {
  const { offences } = useContext(Names);
  const { t } = useTranslation("legal");
  return (code) => {
    const one = offences.get(code ?? "");
    return one ? offenceName(one) : code || t("offence.unstated");
  };
}

// For what it is ordered: said by the kind, or chosen.
export function OffenceChoice(props: { kind: LawKind | undefined; offences: readonly LawOffence[]; value: string; change: (code: string) => void }) {
  const { t } = useTranslation("legal");
  const { kind, offences, value, change } = props;
  const said = offences.find((one) => one.code === kind?.offence);
  return (
    <label>
      {t("offence.one")}
      <select value={value} onChange={(event) => change(event.target.value)}>
        <option value="">{said ? t("offence.of_kind", { name: offenceName(said) }) : t("offence.unstated")}</option>
        {offences.map((one) => (
          <option key={one.code} value={one.code}>
            {offenceName(one)}
          </option>
        ))}
      </select>
    </label>
  );
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
