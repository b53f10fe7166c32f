// Speech and vibration; both only when the crew switched them on, and never the only way anything is said.
import { language } from "../kit/words";
import { settings } from "./settings";

export const speechKnown = (): boolean => "speechSynthesis" in globalThis;
export const vibrationKnown = (): boolean => "vibrate" in navigator;

const ALERT_PATTERN = [300, 120, 300, 120, 300];

export function say(sentence: string): void {
  if (!settings.get().speech || !speechKnown()) return;
  const spoken = new SpeechSynthesisUtterance(sentence);
  spoken.lang = language() === "ko" ? "ko-KR" : "en-GB";
  speechSynthesis.cancel(); // what is old is not spoken after what is new
  speechSynthesis.speak(spoken);
}

export function shake(): void {
  if (settings.get().vibration && vibrationKnown()) navigator.vibrate(ALERT_PATTERN);
}
