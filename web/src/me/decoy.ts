// The memo page of the quick exit: made without React, so that it stands before the app within one frame. It works; what is
// written is kept in memory only. Pressing its title three times in two seconds leads back.
import i18next from "i18next";
import { presence } from "./presence";
import { thrice } from "./thrice";

const RETURN_WITHIN_MS = 2000;
const LEAVE_WITHIN_MS = 5000;

interface Memo {
  title: string;
  text: string;
}

function make<K extends keyof HTMLElementTagNameMap>(tag: K, name: string, text = ""): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  made.className = name;
  if (text) made.textContent = text;
  return made;
}

class Decoy {
  private memos: Memo[] | null = null;
  private readonly page = make("div", "memo");

  show(): void {
    this.memos ??= ["shopping", "book", "dentist"].map((each) => ({
      title: i18next.t(`memo.${each}.title`),
      text: i18next.t(`memo.${each}.text`),
    }));
    if (presence.asks) this.ask();
    else this.draw();
    document.body.append(this.page);
    this.page.querySelector<HTMLElement>("h1 button")?.focus();
  }

  private ask(): void {
    this.page.replaceChildren();
    void import("./lock").then(({ ask }) => ask(this.page, () => this.draw()));
  }

  hide(): void {
    this.page.remove();
  }

  private draw(): void {
    const back = thrice(RETURN_WITHIN_MS);
    const title = make("button", "memo-title", i18next.t("memo.title"));
    title.type = "button";
    title.addEventListener("click", () => back(Date.now()) && (presence.locked ? this.ask() : presence.comeBack()));
    const heading = make("h1", "");
    heading.append(title);
    const list = make("ul", "memo-list");
    for (const memo of this.memos ?? []) list.append(this.item(memo));
    const main = make("main", "");
    main.append(heading, this.form(), list);
    this.page.replaceChildren(main);
  }

  private form(): HTMLFormElement {
    const form = make("form", "memo-form");
    const box = make("textarea", "");
    box.rows = 3;
    box.setAttribute("aria-label", i18next.t("memo.new"));
    box.placeholder = i18next.t("memo.new");
    const save = make("button", "button primary", i18next.t("memo.save"));
    form.append(box, save);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const [first = "", ...rest] = box.value.trim().split("\n");
      if (!first) return;
      this.memos = [{ title: first, text: rest.join("\n") }, ...(this.memos ?? [])];
      this.draw();
    });
    return form;
  }

  private item(memo: Memo): HTMLLIElement {
    const item = make("li", "");
    const remove = make("button", "button small", i18next.t("memo.remove"));
    remove.type = "button";
    remove.setAttribute("aria-label", i18next.t("memo.remove_named", { title: memo.title }));
    remove.addEventListener("click", () => {
      this.memos = (this.memos ?? []).filter((each) => each !== memo);
      this.draw();
    });
    item.append(make("h2", "", memo.title), make("p", "", memo.text), remove);
    return item;
  }
}

// Everything that leads out: the hidden button that is first on every view, three times Shift, and the memo page itself.
export function setUpExit(): void {
  const decoy = new Decoy();
  const root = document.documentElement;
  const first = make("nav", "");
  const button = make("button", "exit-link");
  button.type = "button";
  button.addEventListener("click", () => presence.leave());
  const name = (): void => {
    button.textContent = i18next.t("exit");
    first.setAttribute("aria-label", i18next.t("exit"));
  };
  name();
  i18next.on("languageChanged", name);
  first.append(button);
  document.body.prepend(first);

  presence.onAway = (away) => {
    root.toggleAttribute("data-away", away);
    for (const dialog of document.querySelectorAll("dialog")) dialog.close();
    if (away) decoy.show();
    else decoy.hide();
  };
  let shifted = thrice(LEAVE_WITHIN_MS);
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Shift") shifted = thrice(LEAVE_WITHIN_MS); // capital letters are no wish to leave
    else if (!event.repeat && shifted(Date.now())) presence.leave();
  });
  if (presence.away) presence.onAway(true);
}
