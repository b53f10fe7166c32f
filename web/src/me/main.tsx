// The protected person's app. What must work without a server or a sign-in is started before anything is drawn.
import i18next from "i18next";
import { Component } from "react";
import type { ReactNode } from "react";
import { runSurface } from "../kit/surface";
import { language } from "../kit/words";
import { setUpExit } from "./decoy";
import { ended } from "./ended";
import { setUpSos } from "./help";
import { notify, registerWorker, vibrate } from "./notices";
import { Asking, Fault, Foot, Offline } from "./outside";
import { Page } from "./page";
import { phone } from "./phone";
import { presence } from "./presence";
import { setUpTheme } from "./theme";
import en from "./words/en.json";
import ko from "./words/ko.json";
import "./me.css";

class Fence extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError() {
    return { broken: true };
  }

  override render() {
    return this.state.broken ? <Fault /> : this.props.children;
  }
}

// The language is said by the address: nothing is kept on this phone.
function followLanguage(): void {
  const apply = (): void => {
    document.title = i18next.t("title");
    document.querySelector('link[rel="manifest"]')?.setAttribute("href", `/me/notes.${language()}.webmanifest`);
  };
  apply();
  i18next.on("languageChanged", () => {
    apply();
    history.replaceState(null, "", `${location.pathname}?lang=${language()}${location.hash}`);
  });
}

setUpTheme();
phone.look();
presence.watch();
const inside = (node: ReactNode) => <Fence>{node}</Fence>;
runSurface({
  words: { ko, en },
  topics: "alerts,calls,views",
  page: inside(<Page />),
  offline: inside(<Offline />),
  asking: inside(<Asking />),
  foot: <Foot />,
  start: (live) => {
    presence.attach(live);
    ended.watch(live.picture);
    live.picture.onNotice = ({ quiet }) => {
      if (quiet) return; // she has called silently
      if (presence.isSeen()) vibrate([200, 100, 200]);
      else void notify();
    };
    phone.startTelling();
  },
});
followLanguage();
setUpExit();
setUpSos();
addEventListener("load", registerWorker);
