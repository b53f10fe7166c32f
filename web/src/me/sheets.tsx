// Settings, setting up and the way to the court, with their words: loaded when they are opened, so that the first screen stays
// small.
import { useState } from "react";
import { addWords } from "../kit/words";
import { Petition } from "./petition";
import { Settings } from "./settings";
import { Setup } from "./setup";
import en from "./words/sheets.en.json";
import ko from "./words/sheets.ko.json";

addWords("surface", { ko, en });

export default function Sheets(props: { at: "settings" | "setup"; onSetup: () => void; onDone: () => void }) {
  const [petition, setPetition] = useState(false);
  if (petition) return <Petition />;
  return props.at === "settings" ? <Settings onSetup={props.onSetup} onPetition={() => setPetition(true)} /> : <Setup onDone={props.onDone} />;
}
