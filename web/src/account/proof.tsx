// What weighs most asks for a second factor once more: here it is shown, and then what was wanted is done.
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { ApiFailure } from "../kit/load";
import { prove } from "./ask";
import { Refusal } from "./parts";

export function Proof({ of, onProved }: { of: string; onProved: () => void }) {
  const { t } = useTranslation();
  const [code, setCode] = useState("");
  const [refused, setRefused] = useState<string | null>(null);
  const show = async (event: FormEvent) => {
    event.preventDefault();
    setRefused(null);
    try {
      await prove(code.trim());
      onProved();
    } catch (error) {
      setRefused(t(error instanceof ApiFailure && error.status === 403 ? "proof.wrong" : "failed"));
    }
    setCode("");
  };
  return (
    <form className="inline" data-proof={of} onSubmit={(event) => void show(event)}>
      <label>
        {t("kit:door.code")}
        <input name={`${of}-proof`} autoComplete="one-time-code" required value={code} onChange={(event) => setCode(event.target.value)} />
      </label>
      <button type="submit" className="button primary">
        {t("proof.show")}
      </button>
      <Refusal text={refused} />
    </form>
  );
}
