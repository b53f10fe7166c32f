// What the crew chose on this device: speech, vibration, the telephone number of its room. Says nothing about anybody.
export interface Settings {
  speech: boolean;
  vibration: boolean;
  room: string; // as dialled
}

const KEY = "haechi.field";
const ROOM_DEFAULT = "112";

function read(): Settings {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Settings>;
    return { speech: kept.speech === true, vibration: kept.vibration === true, room: dialled(String(kept.room ?? "")) || ROOM_DEFAULT };
  } catch {
    return { speech: false, vibration: false, room: ROOM_DEFAULT };
  }
}

export const dialled = (text: string): string => text.replace(/[^0-9+*#]/g, "").slice(0, 20);

let now: Settings = read();
const listeners = new Set<() => void>();

export const settings = {
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  get: (): Settings => now,
  choose: (part: Partial<Settings>): void => {
    now = { ...now, ...part };
    if (!now.room) now.room = ROOM_DEFAULT;
    try {
      localStorage.setItem(KEY, JSON.stringify(now));
    } catch {
      // then only for now
    }
    for (const listener of listeners) listener();
  },
};
