// The strip on top: how old the line is, the server's time, how many are tracked and how many of those places
// are old, alerts of the last ten minutes against what a seat can work off, what nobody has taken, sound.
import { useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { LanguageSwitch, LinkChip, ServerClock, ThemeSwitch } from "../kit/chrome";
import { serverNowMs } from "../kit/clock";
import { useLive, useNow } from "../kit/surface";
import { addressOf } from "../legal/where";
import { useDesk, useSlowPicture } from "./desk";
import { useFlood } from "./hooks";
import { Key } from "./parts";
import { count, FLOOD_BEGINS } from "./queue-model";
import { tally } from "./table-model";

export function TopStrip() {
  const { t } = useTranslation();
  const { who, leave } = useLive();
  const desk = useDesk();
  return (
    <header className="strip">
      <div className="strip-state">
        <h1>{t("title")}</h1>
        <LinkChip />
        <span className="chip">
          <ServerClock /> <abbr title={t("strip.zone_long")}>KST</abbr>
        </span>
        <Tracked />
        <Load />
        <SoundChip />
      </div>
      <div className="strip-tools">
        <a className="button small" href={addressOf("links")}>
          {t("casework.open")}
        </a>
        <button type="button" className="button small" onClick={() => desk.set({ search: true })}>
          {t("search.open")} <Key command="search" />
        </button>
        <button type="button" className="button small" onClick={() => desk.set({ dialog: { kind: "help" } })}>
          {t("help.open")} <Key command="help" />
        </button>
        <ThemeSwitch preferred="dark" />
        <LanguageSwitch />
        <a className="chip seat" href="/account/" target="_blank" rel="noreferrer" title={t("strip.account")}>
          {t("strip.seat", { account: who.account ?? "" })}
        </a>
        <button type="button" className="button small" onClick={leave}>
          {t("strip.leave")}
        </button>
      </div>
    </header>
  );
}

function Tracked() {
  const { t } = useTranslation();
  const { picture } = useLive();
  useNow(1000);
  const { tracked, stale } = tally(picture.tracks, serverNowMs());
  return (
    <>
      <span className="chip" data-chip="tracked">
        {t("strip.tracked")} <b className="number">{tracked.toLocaleString()}</b>
      </span>
      <span className={stale > 0 ? "chip caution" : "chip"} data-chip="stale">
        {stale > 0 && <span aria-hidden="true">◆</span>} {t("strip.stale")}{" "}
        <b className="number">{stale.toLocaleString()}</b>
      </span>
    </>
  );
}

function Load() {
  const { t } = useTranslation();
  const { who } = useLive();
  const picture = useSlowPicture();
  const { flood, lately } = useFlood();
  const fresh = count(picture.alerts.values(), who.account ?? "").new;
  return (
    <>
      <span className={flood ? "chip caution" : "chip"} data-chip="load">
        {flood && <span aria-hidden="true">▲</span>} {t("strip.load", { n: lately, limit: FLOOD_BEGINS })}
      </span>
      <span className={fresh > 0 ? "chip waiting-chip" : "chip"} data-chip="new">
        {t("strip.new")} <b className="number">{fresh}</b>
      </span>
    </>
  );
}

function SoundChip() {
  const { t } = useTranslation();
  const desk = useDesk();
  const state = useSyncExternalStore(desk.sound.subscribe, desk.sound.state);
  useNow(1000);
  if (state.silent) {
    return (
      <button type="button" className="chip sound-off" onClick={() => desk.sound.test()}>
        <span aria-hidden="true">✕</span> {t("sound.off")}
      </button>
    );
  }
  const left = Math.ceil((state.mutedUntilMs - performance.now()) / 1000);
  return (
    <button
      type="button"
      className={left > 0 ? "chip caution" : "chip"}
      aria-pressed={left > 0}
      onClick={() => desk.sound.toggleMute()}
    >
      {left > 0 ? t("sound.muted", { s: left }) : t("sound.on")} <Key command="mute" />
    </button>
  );
}
