// The strip above all: the line, the clock, how much is open, the command line, sounds, language, theme, who is signed in.
import { useEffect, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { LanguageSwitch, LinkChip, ServerClock, ThemeSwitch } from "../kit/chrome";
import { useLive, useNow, usePicture } from "../kit/surface";
import { type Desk, useDesk, useDeskState } from "./desk";
import { findOne, isActive, isClosed, nextStatuses, read, targetFor } from "./model";
import { Key } from "./parts";
import type { Call, UnitLive, UnitStatus } from "./types";

export function TopStrip() {
  const { t } = useTranslation();
  const { who, leave } = useLive();
  const desk = useDesk();
  const picture = usePicture();
  const open = [...picture.calls.values()].filter((call) => !isClosed(call)).length;
  return (
    <header className="strip">
      <h1>{t("title")}</h1>
      <LinkChip />
      <ServerClock />
      <span className="chip">{t("strip.open", { n: picture.loaded ? open : "–" })}</span>
      <CommandLine />
      <SoundChip />
      <button type="button" className="button small" onClick={() => desk.set({ dialog: "help" })}>
        {t("help.button")} <Key name="?" />
      </button>
      <LanguageSwitch />
      <ThemeSwitch preferred="dark" />
      <a className="who" href="/account/" target="_blank" rel="noreferrer" title={t("strip.account")}>
        {who.agency_id} · {who.account}
      </a>
      <button type="button" className="button small" onClick={leave}>{t("strip.leave")}</button>
    </header>
  );
}

function SoundChip() {
  const { t } = useTranslation();
  const desk = useDesk();
  const sound = useSyncExternalStore(desk.sound.subscribe, desk.sound.state);
  useNow(1000);
  if (sound.silent) {
    return (
      <button type="button" className="button small sound-off" onClick={() => desk.sound.test()}>
        <span aria-hidden="true">✕</span> {t("sound.silent")}
      </button>
    );
  }
  const left = Math.ceil((sound.mutedUntilMs - performance.now()) / 1000);
  return (
    <button type="button" className="button small" aria-pressed={left > 0} onClick={() => desk.sound.toggleMute()}>
      {left > 0 ? t("sound.muted", { s: left }) : t("sound.mute")} <Key name="M" />
    </button>
  );
}

function CommandLine() {
  const { t } = useTranslation();
  const desk = useDesk();
  const [text, setText] = useState("");
  return (
    <form
      className="command" role="search" aria-label={t("command.title")}
      onSubmit={(event) => {
        event.preventDefault();
        if (obey(desk, text)) setText("");
      }}
    >
      <input
        id="command-line" value={text} onChange={(event) => setText(event.target.value)} placeholder={t("command.hint")} aria-label={t("command.title")}
        autoComplete="off" spellCheck={false}
      />
    </form>
  );
}

const SAID_MS = 5000;

// The last answer. What went well goes by itself; a refusal stays until it is put away or something else is said.
export function Said() {
  const { t } = useTranslation();
  const desk = useDesk();
  const { said } = useDeskState();
  useEffect(() => {
    if (said?.tone !== "done") return;
    const timer = setTimeout(() => desk.set({ said: null }), SAID_MS);
    return () => clearTimeout(timer);
  }, [desk, said]);
  return (
    <div className="said-place">
      <div role="status">{said?.tone === "done" && <p className="said done">{t(said.key, said.more)}</p>}</div>
      {said?.tone === "refused" && (
        <p key={said.n} className="said refused" role="alert">
          {t(said.key, said.more)}
          <button type="button" className="said-close" aria-label={t("kit:close")} onClick={() => desk.set({ said: null })}>×</button>
        </p>
      )}
    </div>
  );
}

const unitNames = (one: UnitLive): string[] => [one.unit?.id ?? "", one.unit?.call_sign ?? ""];
const callNames = (one: Call): string[] => [one.id ?? ""];

// True: understood, the line may be emptied.
function obey(desk: Desk, line: string): boolean {
  const typed = read(line);
  const calls = [...desk.picture.calls.values()].filter((call) => !isClosed(call));
  const findUnit = (text: string) => findOne(desk.picture.units.values(), unitNames, text);
  switch (typed.what) {
    case "nothing":
      return false;
    case "wrong":
      desk.say("refused", "command.wrong");
      return false;
    case "open": {
      const call = findOne(desk.picture.calls.values(), callNames, typed.text);
      const unit = findUnit(typed.text);
      if (call) desk.open(call.id ?? null);
      else if (unit) desk.set({ unitId: unit.unit?.id ?? null });
      else desk.say("refused", "command.not_found", { what: typed.text });
      return call !== null || unit !== null;
    }
    case "status": {
      const unit = findUnit(typed.unit);
      if (!unit) return refuse(desk, typed.unit);
      const id = unit.unit?.id ?? "";
      const call = unit.call_id ? desk.picture.calls.get(unit.call_id) : undefined;
      const one = call?.assignments?.find((each) => each.unit_id === id && isActive(each));
      if (!call || !one) desk.say("refused", "said.not_sent", { unit: desk.nameOf(id) });
      else if (!nextStatuses(one).includes(typed.status)) desk.say("refused", "said.not_next", { unit: desk.nameOf(id) });
      else {
        void desk.status(id, call.id ?? "", typed.status as UnitStatus);
        return true;
      }
      return false;
    }
    case "dispatch": {
      const call = findOne(calls, callNames, typed.call);
      if (!call) return refuse(desk, typed.call);
      const units = typed.units.map(findUnit);
      const missing = typed.units.find((_, i) => !units[i]);
      if (missing !== undefined) return refuse(desk, missing);
      desk.open(call.id ?? null);
      void sendAll(desk, call.id ?? "", units.flatMap((unit) => unit?.unit?.id ?? []), typed.target);
      return true;
    }
  }
}

function refuse(desk: Desk, what: string): false {
  desk.say("refused", "command.not_found", { what });
  return false;
}

// One after the other, each to whom nobody goes yet as the server has it by then.
async function sendAll(desk: Desk, callId: string, units: string[], target: "TARGET_WEARER" | "TARGET_PROTECTED_PERSON" | null): Promise<void> {
  const given = new Set<string>();
  for (const unit of units) {
    const call = desk.picture.calls.get(callId);
    let to = target ?? (call ? targetFor(call) : null);
    // The picture may lag behind the first answer by a moment.
    if (!target && to && given.has(to) && call?.wearer_id && call.protected_id) to = to === "TARGET_WEARER" ? "TARGET_PROTECTED_PERSON" : "TARGET_WEARER";
    if (!to) return;
    given.add(to);
    await desk.send(callId, unit, to);
  }
}
