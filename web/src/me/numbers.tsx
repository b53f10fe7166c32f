// The numbers of her app: one that opens it, one to give to who forces her. The server keeps them; this phone keeps only that
// there is one, and after how many minutes it is asked for.
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { LOCK, lockMinutes } from "./presence";
import { post } from "./wire";

const MINUTES = [1, 3, 10, 30];

export function keepLockMinutes(minutes: number): void {
  if (minutes) localStorage.setItem(LOCK, String(minutes));
  else localStorage.removeItem(LOCK);
}

async function put(body: Record<string, unknown>): Promise<"kept" | "current" | "refused"> {
  try {
    const answer = await post("/api/v1/me/pin", body, AbortSignal.timeout(15_000), "PUT");
    return answer.ok ? "kept" : answer.status === 403 ? "current" : "refused";
  } catch {
    return "refused";
  }
}

export function Numbers() {
  const { t } = useTranslation();
  const [set, setSet] = useState(lockMinutes() > 0);
  const [minutes, setMinutes] = useState(lockMinutes() || 3);
  const [digits, setDigits] = useState({ current: "", opens: "", rings: "" });
  const [said, setSaid] = useState("");
  const field = (name: keyof typeof digits) => (
    <label>
      {t(`settings.number.${name}`)}
      <input
        type="password" inputMode="numeric" autoComplete="off" maxLength={8} value={digits[name]}
        onChange={(event) => setDigits({ ...digits, [name]: event.target.value.replace(/\D/g, "") })}
      />
    </label>
  );
  const send = async (off: boolean) => {
    const answer = await put({
      current_pin: digits.current,
      ...(!off && { pin: digits.opens, duress_pin: digits.rings, away_minutes: minutes }),
    });
    setSaid(answer === "kept" && off ? "off" : answer);
    if (answer !== "kept") return;
    keepLockMinutes(off ? 0 : minutes);
    setSet(!off);
    setDigits({ current: "", opens: "", rings: "" });
  };
  const whole = digits.opens.length >= 4 && (digits.rings === "" || digits.rings.length === digits.opens.length) && digits.rings !== digits.opens;
  return (
    <section className="card" data-part="number">
      <h2>{t("settings.number.title")}</h2>
      {t("settings.number.text").split("\n").map((line) => <p key={line}>{line}</p>)}
      {set && field("current")}
      {field("opens")}
      {field("rings")}
      <label>
        {t("settings.number.after")}
        <select value={minutes} onChange={(event) => setMinutes(Number(event.target.value))}>
          {MINUTES.map((each) => <option key={each} value={each}>{t("settings.number.minutes", { n: each })}</option>)}
        </select>
      </label>
      <button type="button" className="button wide" disabled={!whole} onClick={() => void send(false)}>
        {t("settings.number.keep")}
      </button>
      {set && (
        <button type="button" className="button wide" disabled={digits.current === ""} onClick={() => void send(true)}>
          {t("settings.number.off")}
        </button>
      )}
      <p role="status">{said && t(`settings.number.said.${said}`)}</p>
    </section>
  );
}
