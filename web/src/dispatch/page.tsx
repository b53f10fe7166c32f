// The dispatch desk: calls at the left, the open call in the middle, units at the right, alarms about the work above all.
import { useTranslation } from "react-i18next";
import { LinkBar } from "../kit/chrome";
import { useLink } from "../kit/surface";
import { Alarms } from "./alarms";
import { CallPanel } from "./call-panel";
import { Calls } from "./calls";
import { DeskProvider, useDeskState } from "./desk";
import { CloseDialog, HelpDialog } from "./dialogs";
import { Keyboard } from "./keyboard";
import { Said, TopStrip } from "./top-strip";
import { Units } from "./units";
import "./dispatch.css";

export function Page() {
  return (
    <DeskProvider>
      <Desk />
    </DeskProvider>
  );
}

function Desk() {
  const { t } = useTranslation();
  const { dialog } = useDeskState();
  const link = useLink();
  const dead = link.state === "lost" || link.state === "refused";
  return (
    <div className={dead ? "desk dead" : "desk"}>
      <TopStrip />
      <div className="bars">
        <LinkBar advice={t("link_advice")} />
        <Alarms />
      </div>
      <main className="columns">
        <Calls />
        <CallPanel />
        <Units />
      </main>
      {dialog === "close" && <CloseDialog />}
      {dialog === "help" && <HelpDialog />}
      <Said />
      <Keyboard />
    </div>
  );
}
