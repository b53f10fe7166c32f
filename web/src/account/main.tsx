// My account: a one-time link opens the enrolment; anything else the door and the page behind it.
import { createRoot } from "react-dom/client";
import { Pulse } from "../kit/pulse";
import { runSurface } from "../kit/surface";
import { setUpWords } from "../kit/words";
import { Enrolment } from "./enrolment";
import { Page } from "./page";
import "./account.css";
import en from "./words/en.json";
import ko from "./words/ko.json";

// Behind '#', so that it reaches no server's log; taken out of the address bar at once.
function tokenInAddress(): string | null {
  const token = new URLSearchParams(location.hash.slice(1)).get("enrol");
  if (token) history.replaceState(null, "", location.pathname + location.search);
  return token;
}

const token = tokenInAddress();
const root = document.getElementById("root");
if (token && root) {
  setUpWords({ ko, en });
  createRoot(root).render(<Enrolment token={token} />);
} else {
  runSurface({ words: { ko, en }, topics: "cases", line: (_who, handlers) => new Pulse(handlers), page: <Page /> });
}
