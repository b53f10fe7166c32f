// Settings and setting up, with their words: loaded when they are opened, so that the first screen stays small.
import { addWords } from "../kit/words";
import { Settings } from "./settings";
import { Setup } from "./setup";
import en from "./words/sheets.en.json";
import ko from "./words/sheets.ko.json";

addWords("surface", { ko, en });

export default function Sheets(props: { at: "settings" | "setup"; onSetup: () => void; onDone: () => void }) {
  return props.at === "settings" ? <Settings onSetup={props.onSetup} /> : <Setup onDone={props.onDone} />;
}
