// Settings, setting up, her consent and the way to the court, with their words: loaded when they are opened, so that the first
// screen stays small.
import { useState } from "react";
import { addWords } from "../kit/words";
import { Consent } from "./consent";
import { Petition } from "./petition";
import { Settings } from "./settings";
import { Setup } from "./setup";
import en from "./words/sheets.en.json";
import ko from "./words/sheets.ko.json";

addWords("surface", { ko, en });

export default function Sheets(props: { at: "settings" | "setup" | "consent"; onSetup: () => void; onDone: () => void }) {
  const [deeper, setDeeper] = useState<"petition" | "consent" | null>(null);
  if (deeper === "petition") return <Petition />;
  if (deeper === "consent" || props.at === "consent") return <Consent onDone={props.at === "setup" ? () => setDeeper(null) : props.onDone} />;
  if (props.at === "setup") return <Setup onConsent={() => setDeeper("consent")} onDone={props.onDone} />;
  return <Settings onSetup={props.onSetup} onPetition={() => setDeeper("petition")} onConsent={() => setDeeper("consent")} />;
}
