// Small hooks of the console: the alerts' severity per person, the flood, playback, whether something may be
// done now.
import { useMemo, useRef, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { serverNowMs } from "../kit/clock";
import type { PictureStore } from "../kit/picture-store";
import { useLink, useLive, useNow } from "../kit/surface";
import type { Severity } from "../map/types";
import { useDesk, useSlowPicture } from "./desk";
import type { PlaybackState } from "./playback";
import { isFlood, isOver, isShelved, levelOfAlert, raisedLately } from "./queue-model";

export function usePlayback(): PlaybackState {
  const { playback } = useDesk();
  return useSyncExternalStore(playback.subscribe, playback.get);
}

export function useFlood(): { flood: boolean; lately: number } {
  const picture = useSlowPicture();
  useNow(5000);
  const was = useRef(false);
  const lately = raisedLately(picture.alerts.values(), serverNowMs());
  was.current = isFlood(was.current, lately);
  return { flood: was.current, lately };
}

export function severities(picture: PictureStore): Map<string, Severity> {
  const out = new Map<string, Severity>();
  for (const { alert } of picture.alerts.values()) {
    if (isOver(alert) || isShelved(alert)) continue;
    const id = alert.wearer_id || alert.protected_id;
    if (!id) continue;
    const level = levelOfAlert(alert) as Severity;
    if (level < (out.get(id) ?? 9)) out.set(id, level);
  }
  return out;
}

// Worst open alert per person, now or at the moment that is played.
export function useSeverityOf(): (id: string) => Severity | null {
  const picture = useSlowPicture(1000, true);
  const past = usePlayback();
  const second = past.clock ? Math.floor(past.clock.atMs / 1000) : -1;
  const map = useMemo(() => {
    if (second < 0) return severities(picture);
    const out = new Map<string, Severity>();
    const atUs = second * 1e6;
    for (const { alert } of past.alerts) {
      if (!alert || Number(alert.opened_at_us ?? 0) > atUs + 1e6) continue;
      const cleared = Number(alert.cleared_at_us ?? 0);
      if (cleared !== 0 && cleared <= atUs) continue;
      const id = alert.wearer_id || alert.protected_id || "";
      const level = levelOfAlert(alert) as Severity;
      if (level < (out.get(id) ?? 9)) out.set(id, level);
    }
    return out;
  }, [picture.version, past.alerts, second]);
  return useMemo(() => (id: string) => map.get(id) ?? null, [map]);
}

// Why nothing may be done now, as a sentence; null when it may.
export function useHeldBack(action?: string): string | null {
  const { t } = useTranslation();
  const { who } = useLive();
  const link = useLink();
  if (link.state !== "live") return t("held_back.link");
  if (action && !(who.actions ?? []).includes(action))
    return t("held_back.right", { action: t(`action.${action}`) });
  return null;
}
