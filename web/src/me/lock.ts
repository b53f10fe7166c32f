// The page that asks for her number: a notebook that is locked. One number opens the app. Another one opens the notebook, and
// rings; whoever looks on, or at the line, sees the same for both.
import i18next from "i18next";
import { addWords } from "../kit/words";
import { phone } from "./phone";
import { presence } from "./presence";
import { fixJson, post } from "./wire";
import en from "./words/lock.en.json";
import ko from "./words/lock.ko.json";

addWords("surface", { ko, en });
const word = (name: string): string => i18next.t(`surface:lock.${name}`);

type Answer = "NOTES" | "LISTS" | "WRONG" | "AWAY";

// Always as long, so that requests are.
const newId = (): string => (Date.now().toString(36) + Math.random().toString(36).slice(2) + "0".repeat(16)).slice(0, 20);

async function send(pin: string): Promise<Answer> {
  const fix = phone.freshFix();
  const body = { pin, id: newId(), ...(fix && { fix: fixJson(fix) }) };
  try {
    const answer = await post("/api/v1/me/pin/open", body, AbortSignal.timeout(15_000));
    if (answer.ok) return ((await answer.json()) as { page: Answer }).page;
    // Nobody is signed in, or no number is set any more: there is nothing to keep from anybody.
    return answer.status === 401 || answer.status === 404 ? "NOTES" : "AWAY";
  } catch {
    return "AWAY";
  }
}

export function ask(page: HTMLElement, showMemos: () => void): void {
  const main = document.createElement("main");
  const heading = document.createElement("h1");
  heading.textContent = word("title");
  const form = document.createElement("form");
  form.className = "memo-form";
  const box = document.createElement("input");
  box.type = "password";
  box.inputMode = "numeric";
  box.autocomplete = "off";
  box.setAttribute("aria-label", word("number"));
  box.placeholder = word("number");
  const button = document.createElement("button");
  button.className = "button primary";
  button.textContent = word("open");
  const said = document.createElement("p");
  said.setAttribute("role", "status");
  form.append(box, button, said);
  main.append(heading, form);
  page.replaceChildren(main);
  box.focus();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!box.value || button.disabled) return;
    button.disabled = true;
    said.textContent = "";
    void send(box.value).then((answer) => {
      button.disabled = false;
      box.value = "";
      if (answer === "NOTES") presence.unlock();
      else if (answer === "LISTS") showMemos();
      else said.textContent = word(answer === "WRONG" ? "wrong" : "away");
    });
  });
}
