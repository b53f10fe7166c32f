// Small parts that every surface shows alike: severity, ages, the link, language, theme, dialogs.
import { useEffect, useRef, useState } from "react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { serverNowMs } from "./clock";
import { ageText, clockTime, stopwatch } from "./format";
import { useLink, useNow } from "./surface";
import { language, setLanguage } from "./words";

export type Level = 0 | 1 | 2 | 3;
export const levelOf = (code: number | undefined): Level => Math.min(3, Math.max(0, code ?? 0)) as Level;
const SHAPES = ["■", "▲", "◆", "●"] as const;

// Word, shape and colour together: none of them carries the meaning alone.
export function Severity({ code, compact }: { code: number | undefined; compact?: boolean }) {
  const { t } = useTranslation("kit");
  const level = levelOf(code);
  return (
    <span className={`severity sev${level}`}>
      <span aria-hidden="true">{SHAPES[level]}</span> {t(`severity.${level}`)}
      {!compact && <span className="code"> {t("code", { n: code ?? 0 })}</span>}
    </span>
  );
}

// How old a fix is by the server's clock. Old ones are marked by word and dashed outline, not by colour alone.
export function Age({ atMs, staleAfterS, prefix }: { atMs: number; staleAfterS?: number; prefix?: string }) {
  const { t } = useTranslation("kit");
  useNow(1000);
  const age = serverNowMs() - atMs;
  const stale = staleAfterS !== undefined && staleAfterS > 0 && age > staleAfterS * 1000;
  return (
    <span className={stale ? "age stale" : "age"}>
      {prefix}
      {ageText(age, atMs)}
      {stale && <span className="stale-word"> {t("age.stale")}</span>}
    </span>
  );
}

export function Stopwatch({ sinceMs }: { sinceMs: number }) {
  useNow(1000);
  return (
    <span className="stopwatch" aria-hidden="true">
      {stopwatch(serverNowMs() - sinceMs)}
    </span>
  );
}

export function ServerClock() {
  useNow(1000);
  return <time className="clock">{clockTime(serverNowMs())}</time>;
}

// Age of the line, never of a fix: "live 0.4 s", "reconnecting", "offline since".
export function LinkChip() {
  const { t } = useTranslation("kit");
  const link = useLink();
  useNow(1000);
  const silentMs = link.heardAtMs ? Date.now() - link.heardAtMs : 0;
  const text =
    link.state === "live"
      ? link.lagMs !== null
        ? t("link.live_lag", { s: (link.lagMs / 1000).toFixed(1) })
        : t("link.live")
      : link.state === "connecting"
        ? t("link.connecting")
        : t("link.lost", { s: Math.max(1, Math.round(silentMs / 1000)) });
  return (
    <span className={`chip link-${link.state}`} data-link={link.state}>
      <span aria-hidden="true">{link.state === "live" ? "●" : "✕"}</span> {text}
    </span>
  );
}

// Loss of the line is loud after three seconds and says that what is on the screen is not the present.
export function LinkBar({ advice }: { advice?: ReactNode }) {
  const { t } = useTranslation("kit");
  const link = useLink();
  useNow(1000);
  if (link.state === "live" || Date.now() - link.sinceMs < 3000) return null;
  const at = link.heardAtMs ? clockTime(link.heardAtMs) : null;
  return (
    <div className="link-bar" role="alert">
      <strong>{at ? t("link.bar_since", { time: at }) : t("link.bar_never")}</strong> <span>{advice ?? t("link.advice")}</span>
    </div>
  );
}

export function LanguageSwitch() {
  const { t } = useTranslation("kit");
  const other = language() === "ko" ? "en" : "ko";
  return (
    <button type="button" className="button small" lang={other} onClick={() => setLanguage(other)}>
      {t(`language.${other}`)}
    </button>
  );
}

type Theme = "dark" | "light";
const THEME_KEY = "haechi.theme";

function firstTheme(preferred: Theme): Theme {
  try {
    const kept = localStorage.getItem(THEME_KEY);
    if (kept === "dark" || kept === "light") return kept;
  } catch {
    // storage may be switched off
  }
  if (matchMedia("(prefers-color-scheme: light)").matches) return "light";
  if (matchMedia("(prefers-color-scheme: dark)").matches) return "dark";
  return preferred;
}

export function useTheme(preferred: Theme): [Theme, (theme: Theme) => void] {
  const [theme, setTheme] = useState<Theme>(() => firstTheme(preferred));
  useEffect(() => {
    document.documentElement.dataset["theme"] = theme;
  }, [theme]);
  const choose = (to: Theme) => {
    try {
      localStorage.setItem(THEME_KEY, to);
    } catch {
      // then only for now
    }
    setTheme(to);
  };
  return [theme, choose];
}

export function ThemeSwitch({ preferred }: { preferred: Theme }) {
  const { t } = useTranslation("kit");
  const [theme, setTheme] = useTheme(preferred);
  const other = theme === "dark" ? "light" : "dark";
  return (
    <button type="button" className="button small" onClick={() => setTheme(other)}>
      {t(`theme.${other}`)}
    </button>
  );
}

// A modal dialog by the browser's own means: focus stays inside, Escape closes.
export function Dialog(props: { title: string; onClose: () => void; children: ReactNode; className?: string }) {
  const { t } = useTranslation("kit");
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = ref.current;
    if (dialog && !dialog.open) dialog.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog ref={ref} className={`dialog ${props.className ?? ""}`} aria-label={props.title} onCancel={(event) => {
      event.preventDefault();
      props.onClose();
    }}>
      <header>
        <h2>{props.title}</h2>
        <button type="button" className="button small" onClick={props.onClose}>
          {t("close")}
        </button>
      </header>
      {props.children}
    </dialog>
  );
}

// Nothing to show is said with its reason, never as a blank.
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <p className="empty-title">{title}</p>
      {children}
    </div>
  );
}
