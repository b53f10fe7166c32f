// What this seat has chosen: which alert is open, which dialog, what the map shows, whether the past is being
// played. Lives outside React, so that keys, map and dialogs change it alike.
import { createContext, startTransition, useContext, useEffect, useState, useSyncExternalStore } from "react";
import { useLive } from "../kit/surface";
import type { PictureStore } from "../kit/picture-store";
import type { MapHandle } from "../map/types";
import { Playback } from "./playback";
import type { ProximityPoint } from "./plot-model";
import type { Deed, Row, Tab } from "./queue-model";
import { Sound } from "./sound";

export type ContactPreset = { with?: string; channel?: string };
export type DialogWish =
  | { kind: "deed"; deed: Deed; alertId: string }
  | { kind: "contact"; incidentId: string; preset: ContactPreset }
  | { kind: "phone"; handOffId: string }
  | { kind: "help" }
  | { kind: "procedure"; alertKind: string }
  | { kind: "playback" };

export interface Message {
  id: number;
  key: string; // of words
  values: Record<string, string | number>;
  tone: "done" | "refused";
}

export interface DeskState {
  alertId: string | null;
  personId: string | null; // picked on the map, in the table or by search, without an alert
  tab: Tab;
  opened: ReadonlySet<string>;
  dialog: DialogWish | null;
  search: boolean;
  twin: boolean; // the table instead of the map
  follow: boolean;
  zones: boolean;
  jurisdictions: boolean;
  singleKeys: boolean;
  messages: readonly Message[];
}

const MESSAGES_MAX = 3;
const MESSAGE_MS = 9000;

export class Desk {
  readonly sound = new Sound();
  readonly playback = new Playback();
  map: MapHandle | null = null;
  distances: { incidentId: string; points: readonly ProximityPoint[] } = { incidentId: "", points: [] }; // newest answer
  readonly offered = new Set<string>(); // alerts that have opened by themselves
  rows: readonly Row[] = []; // of the queue, as they are on the screen
  state: DeskState = {
    alertId: null,
    personId: null,
    tab: "all",
    opened: new Set(),
    dialog: null,
    search: false,
    twin: false,
    follow: false,
    zones: false,
    jurisdictions: false,
    singleKeys: true,
    messages: [],
  };
  private readonly listeners = new Set<() => void>();
  private counter = 0;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly get = (): DeskState => this.state;

  set(change: Partial<DeskState>): void {
    this.state = { ...this.state, ...change };
    for (const listener of this.listeners) listener();
  }

  open(alertId: string | null): void {
    this.set({ alertId, personId: null, follow: false });
  }

  pick(personId: string | null): void {
    this.set({ personId, follow: false });
  }

  say(tone: Message["tone"], key: string, values: Message["values"] = {}): void {
    this.counter += 1;
    const message = { id: this.counter, key, values, tone };
    this.set({ messages: [...this.state.messages, message].slice(-MESSAGES_MAX) });
    setTimeout(() => this.hush(message.id), MESSAGE_MS);
  }

  hush(id: number): void {
    this.set({ messages: this.state.messages.filter((message) => message.id !== id) });
  }

  toggleGroup(key: string): void {
    const opened = new Set(this.state.opened);
    if (!opened.delete(key)) opened.add(key);
    this.set({ opened });
  }

  end(): void {
    this.sound.close();
    this.playback.stop();
  }
}

const DeskContext = createContext<Desk | null>(null);
export const DeskProvider = DeskContext.Provider;

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (!desk) throw new Error("outside of the console");
  return desk;
}

export function useDeskState(): DeskState {
  const desk = useDesk();
  return useSyncExternalStore(desk.subscribe, desk.get);
}

// One rhythm for all who read the picture at the same pace: they are drawn together.
class Pace {
  private readonly listeners = new Set<() => void>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private stop: (() => void) | null = null;
  private lastMs = 0;

  constructor(
    private readonly picture: PictureStore,
    private readonly everyMs: number,
  ) {}

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    this.stop ??= this.picture.subscribe(() => this.changed());
    return () => {
      this.listeners.delete(listener);
      if (this.listeners.size > 0) return;
      this.stop?.();
      this.stop = null;
      clearTimeout(this.timer);
      this.timer = undefined;
    };
  }

  private changed(): void {
    if (this.timer !== undefined) return;
    const waitMs = this.lastMs + this.everyMs - Date.now();
    if (waitMs <= 0) this.tell();
    else this.timer = setTimeout(() => this.tell(), waitMs);
  }

  private tell(): void {
    this.timer = undefined;
    this.lastMs = Date.now();
    for (const listener of this.listeners) listener();
  }
}

const paces = new WeakMap<PictureStore, Map<number, Pace>>();

function paceOf(picture: PictureStore, everyMs: number): Pace {
  let known = paces.get(picture);
  if (!known) paces.set(picture, (known = new Map()));
  let pace = known.get(everyMs);
  if (!pace) known.set(everyMs, (pace = new Pace(picture, everyMs)));
  return pace;
}

// The picture at most so often: the queue moves twice a second, not with every message. The first change
// after a pause is shown at once. `calm` may wait for what is not calm, and is drawn in small pieces.
export function useSlowPicture(everyMs = 500, calm = false): PictureStore {
  const { picture } = useLive();
  const [, tell] = useState(0);
  useEffect(() => {
    const now = () => tell(picture.version);
    return paceOf(picture, everyMs).subscribe(calm ? () => startTransition(now) : now);
  }, [picture, everyMs, calm]);
  return picture;
}
