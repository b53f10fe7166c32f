// What works, said as facts: that the phone sends, when it last did, and that the app has to stay open. Loaded after the first
// screen, with its words.
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { ageText } from "../kit/format";
import { useNow } from "../kit/surface";
import { addWords } from "../kit/words";
import type { PhoneState } from "./phone";
import { usePhone } from "./shell";
import en from "./words/working.en.json";
import ko from "./words/working.ko.json";

const LIVE_MS = 6000;
addWords("surface", { ko, en });

export function Working(): ReactNode {
  const { t } = useTranslation();
  const state = usePhone();
  return (
    <section className="card facts" aria-labelledby="facts">
      <h2 id="facts">{t("facts.title")}</h2>
      <ul>
        <li>
          <Sending state={state} />
        </li>
        <li>{t(state.notices === "on" ? "facts.notices_on" : "facts.notices_off")}</li>
        <li>{t("facts.stay_open")}</li>
      </ul>
    </section>
  );
}

function Sending({ state }: { state: PhoneState }) {
  const { t } = useTranslation();
  useNow(1000);
  if (!state.takenAtMs) return <>{t(state.location === "on" || state.location === "waiting" ? "facts.finding" : "facts.not_sending")}</>;
  const ageMs = Date.now() - state.takenAtMs;
  const age = ageMs < LIVE_MS ? t("facts.just_now") : ageText(ageMs, state.takenAtMs);
  return <>{t("facts.sent", { age })}</>;
}
