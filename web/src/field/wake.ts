// Keeps the screen on while there is a call. The browser lets go of it whenever the page is hidden.
import { useEffect, useState } from "react";

export type Awake = "off" | "on" | "refused";

export function useAwake(wanted: boolean): Awake {
  const [awake, setAwake] = useState<Awake>("off");
  useEffect(() => {
    if (!wanted) return;
    let lock: WakeLockSentinel | null = null;
    let ended = false;
    const hold = async (): Promise<void> => {
      if (ended || document.hidden || (lock && !lock.released)) return;
      try {
        lock = await navigator.wakeLock.request("screen");
        if (ended) return void lock.release();
        lock.addEventListener("release", () => setAwake("off"));
        setAwake("on");
      } catch {
        setAwake("refused"); // not here, or the battery is low
      }
    };
    const look = (): void => void hold();
    look();
    document.addEventListener("visibilitychange", look);
    return () => {
      ended = true;
      document.removeEventListener("visibilitychange", look);
      void lock?.release();
      setAwake("off");
    };
  }, [wanted]);
  return awake;
}
