// What the sections of this page are made of: a table in its frame, both factors, and why something was refused.
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiFailure } from "../kit/load";

// Columns by their names; the last one, of what can be done, has none.
export function Table({ of, columns, children }: { of: string; columns: string[]; children: ReactNode }) {
  const { t } = useTranslation();
  return (
    <div className="table-frame" tabIndex={0} role="region" aria-labelledby={of}>
      <table>
        <thead>
          <tr>
            {columns.map((name) => (
              <th key={name} scope="col">
                {t(`${of}.${name}`)}
              </th>
            ))}
            <td />
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

export interface Factors {
  typed: { password: string; code: string };
  shown: { password: string; code: string };
  complete: boolean;
  set: (what: { password?: string; code?: string }) => void;
  forget: () => void;
}

export function useFactors(): Factors {
  const [typed, setTyped] = useState({ password: "", code: "" });
  return {
    typed,
    shown: { password: typed.password, code: typed.code.trim() },
    complete: typed.password !== "" && typed.code.trim() !== "",
    set: (what) => setTyped((before) => ({ ...before, ...what })),
    forget: () => setTyped({ password: "", code: "" }),
  };
}

export function FactorFields({ of, factors }: { of: string; factors: Factors }) {
  const { t } = useTranslation();
  return (
    <>
      <label htmlFor={`${of}-password`}>{t("kit:door.password")}</label>
      <input id={`${of}-password`} type="password" autoComplete="current-password" required value={factors.typed.password}
        onChange={(event) => factors.set({ password: event.target.value })} />
      <label htmlFor={`${of}-code`}>{t("kit:door.code")}</label>
      <input id={`${of}-code`} autoComplete="one-time-code" required value={factors.typed.code} onChange={(event) => factors.set({ code: event.target.value })} />
    </>
  );
}

export function Refusal({ text }: { text: string | null }) {
  return (
    text && (
      <p role="alert" className="problem">
        {text}
      </p>
    )
  );
}

// Why an account or a key was not made or changed.
export type RefusedRegistration = "taken" | "incomplete" | "failed" | "factor" | "second";

export function refusalOf(error: unknown): RefusedRegistration {
  if (error instanceof ApiFailure && error.code === "factor_needed") return "factor";
  if (error instanceof ApiFailure && error.code === "asks_second") return "second";
  const status = error instanceof ApiFailure ? error.status : 0;
  return status === 409 ? "taken" : status === 400 ? "incomplete" : "failed";
}

interface Field {
  name: string;
  label: string;
  value: string;
  onChange: (value: string) => void;
}

export function NameField({ name, label, value, onChange }: Field) {
  return (
    <label>
      {label}
      <input name={name} required autoCapitalize="none" spellCheck={false} autoComplete="off" value={value} onChange={(event) => onChange(event.target.value)} />
    </label>
  );
}

export function RoleField({ name, label, roles, value, onChange }: Field & { roles: string[] }) {
  const { t } = useTranslation();
  return (
    <label>
      {label}
      <select name={name} value={value} onChange={(event) => onChange(event.target.value)}>
        {roles.map((each) => (
          <option key={each} value={each}>
            {t(`role.${each}`)}
          </option>
        ))}
      </select>
    </label>
  );
}
