// What weighs most asks for a second factor once more: it is shown here, and then what was wanted is done. No form of its own,
// because it stands in those of others.
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { api } from "../kit/api";
import { ApiFailure, patience, take } from "../kit/load";

export function Proof({ onProved }: { onProved: () => void }) {
  const { t } = useTranslation("legal");
  const [code, setCode] = useState("");
  const [refused, setRefused] = useState("");
  const show = async () => {
    setRefused("");
    try {
      await take(api.POST("/api/v1/me/proof", { body: { code: code.trim() }, signal: patience() }));
      onProved();
    } catch (error) {
      setRefused(t(error instanceof ApiFailure && error.status === 403 ? "proof.wrong" : "refused.no_answer"));
    }
    setCode("");
  };
  return (
    <div className="form row" data-proof>
      <label>
        {t("proof.code")}
        <input
          autoComplete="one-time-code"
          value={code}
          onChange={(event) => setCode(event.target.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter") return;
            event.preventDefault();
            void show();
          }}
        />
      </label>
      <button type="button" className="button" disabled={code.trim() === ""} onClick={() => void show()}>
        {t("proof.show")}
      </button>
      <p role="alert" className={refused ? "problem" : "visually-hidden"}>
        {refused}
      </p>
    </div>
  );
}
