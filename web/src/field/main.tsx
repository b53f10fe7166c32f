// The field terminal: a crew's own call, the way to the person it was sent to, and its own steps.
import i18next from "i18next";
import { codes } from "../kit/codes";
import { runSurface } from "../kit/surface";
import { language } from "../kit/words";
import { outbox, startDesk } from "./desk";
import { fetchMap } from "./map-fence";
import { Foot, Offline } from "./offline";
import { Page } from "./page";
import { phone } from "./phone";
import { say, shake } from "./voice";
import en from "./words/en.json";
import ko from "./words/ko.json";
import "./field.css";

const SCOPE = "/field/";
const MAP_AFTER_MS = 4000; // the first screen comes first

function followLanguage(): void {
  const apply = (): void => {
    document.title = i18next.t("title");
    document.querySelector('link[rel="manifest"]')?.setAttribute("href", `${SCOPE}app.${language()}.webmanifest`);
  };
  apply();
  i18next.on("languageChanged", apply);
}

runSurface({
  words: { ko, en },
  codes,
  topics: "alerts,positions,calls",
  page: <Page />,
  offline: <Offline />,
  foot: <Foot />,
  start: (live) => {
    const desk = startDesk(live);
    desk.onAssigned = (callId) => {
      const target = live.picture.calls.get(callId)?.assignments?.find((each) => each.unit_id === live.who.unit_id)?.target;
      say(i18next.t("voice.assigned", { target: i18next.t(`kit:target.${(target ?? "").replace("TARGET_", "") || "WEARER"}`) }));
      shake();
    };
    desk.onEnded = () => say(i18next.t("voice.ended"));
    void outbox.load(live.who.unit_id ?? "");
    void phone.look();
    setTimeout(fetchMap, MAP_AFTER_MS);
  },
});
followLanguage();
addEventListener("load", () => {
  if ("serviceWorker" in navigator) void navigator.serviceWorker.register(`${SCOPE}sw.js`, { scope: SCOPE }).catch(() => undefined);
});
