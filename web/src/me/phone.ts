// Phone: what this phone can tell of itself, and the telling of it. Only while the app is open; nothing is kept.
import { type Battery, type Health, type OwnFix, tellPosition } from "./wire";

export type LocationState = "unasked" | "waiting" | "on" | "denied" | "off" | "unsupported";
export type NoticeState = "unasked" | "on" | "denied" | "unsupported";

export interface PhoneState {
  location: LocationState;
  notices: NoticeState;
  battery: Battery | null;
  online: boolean;
  fix: OwnFix | null;
  takenAtMs: number; // Date.now() when the server last took a place of this phone; 0: not yet
  refused: boolean; // the server takes no places of this phone
}

const NEAR_EVERY_MS = 5000;
const FAR_EVERY_MS = 30_000;
export const BATTERY_LOW_PERCENT = 20;
// Older than this, a fix says little about where she is now.
const FIX_AGE_MS_MAX = 5 * 60_000;

// A new place is told at most every 5 s near and every 30 s else; without one the phone says every 30 s that it is there.
export function mayTell(input: { nowMs: number; triedAtMs: number; near: boolean; fresh: boolean }): boolean {
  const waitedMs = input.nowMs - input.triedAtMs;
  return input.fresh ? waitedMs >= (input.near ? NEAR_EVERY_MS : FAR_EVERY_MS) : waitedMs >= FAR_EVERY_MS;
}

export type Trouble = "location_denied" | "location_off" | "location_unasked" | "location_unsupported" | "notices_denied"
  | "notices_unasked" | "notices_unsupported" | "battery_low" | "refused";

export function troublesOf(state: PhoneState): Trouble[] {
  const out: Trouble[] = [];
  const { location, notices, battery } = state;
  if (location === "denied" || location === "off" || location === "unasked" || location === "unsupported") {
    out.push(`location_${location}`);
  }
  if (state.refused) out.push("refused");
  if (battery && battery.percent <= BATTERY_LOW_PERCENT && !battery.charging) out.push("battery_low");
  if (notices !== "on") out.push(`notices_${notices}`);
  return out;
}

interface BatteryManager extends EventTarget {
  level: number;
  charging: boolean;
}

function noticeState(): NoticeState {
  if (typeof Notification === "undefined") return "unsupported";
  return Notification.permission === "granted" ? "on" : Notification.permission === "denied" ? "denied" : "unasked";
}

class Phone {
  state: PhoneState = {
    location: "unasked", notices: "unasked", battery: null, online: true, fix: null, takenAtMs: 0, refused: false,
  };
  near = false;
  private readonly listeners = new Set<() => void>();
  private watchId: number | null = null;
  private timer: ReturnType<typeof setInterval> | undefined;
  private triedAtMs = 0;
  private toldFixMs = 0;
  private telling = false;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly get = (): PhoneState => this.state;

  // Looks at the phone; asks the person nothing.
  look(): void {
    this.change({ online: navigator.onLine, notices: noticeState() });
    addEventListener("online", () => this.change({ online: true }));
    addEventListener("offline", () => this.change({ online: false }));
    document.addEventListener("visibilitychange", () => this.change({ notices: noticeState() }));
    void this.lookAtBattery();
    void this.lookAtLocation();
  }

  // Tells the server from now on; only with a sign-in.
  startTelling(): void {
    this.stopTelling();
    this.timer = setInterval(() => void this.tell(), 1000);
    this.subscribePush();
  }

  stopTelling(): void {
    clearInterval(this.timer);
    this.triedAtMs = 0;
    this.toldFixMs = 0;
    this.change({ takenAtMs: 0, refused: false });
  }

  askLocation(): void {
    if (!("geolocation" in navigator)) return;
    this.change({ location: "waiting" });
    this.watch();
  }

  async askNotices(): Promise<void> {
    if (typeof Notification === "undefined") return;
    await Notification.requestPermission();
    this.change({ notices: noticeState() });
    this.subscribePush();
  }

  freshFix(): OwnFix | null {
    const fix = this.state.fix;
    return fix && Date.now() - fix.fixedAtMs <= FIX_AGE_MS_MAX ? fix : null;
  }

  // Without it she is told by text message.
  private subscribePush(): void {
    if (this.state.notices === "on") void import("../kit/push").then(({ subscribe }) => subscribe()).catch(() => undefined);
  }

  private async lookAtLocation(): Promise<void> {
    if (!("geolocation" in navigator)) return this.change({ location: "unsupported" });
    try {
      const permission = await navigator.permissions.query({ name: "geolocation" });
      const take = (): void => {
        if (permission.state === "granted") this.askLocation();
        else if (permission.state === "denied") this.change({ location: "denied" });
        else if (this.state.location !== "waiting") this.change({ location: "unasked" });
      };
      permission.onchange = take;
      take();
    } catch {
      // cannot be known before it is asked for
    }
  }

  private watch(): void {
    if (this.watchId !== null) navigator.geolocation.clearWatch(this.watchId);
    this.watchId = navigator.geolocation.watchPosition(
      (at) => this.take(at),
      (error) => {
        if (error.code === error.PERMISSION_DENIED) this.change({ location: "denied" });
        else if (error.code === error.POSITION_UNAVAILABLE) this.change({ location: "off" });
      },
      { enableHighAccuracy: true, maximumAge: 2000, timeout: 30_000 },
    );
  }

  private take(at: GeolocationPosition): void {
    const { latitude, longitude, accuracy, speed, heading } = at.coords;
    this.change({
      location: "on",
      fix: {
        lat: latitude,
        lng: longitude,
        accuracyM: accuracy,
        fixedAtMs: at.timestamp,
        speedMps: speed !== null && Number.isFinite(speed) ? speed : null,
        courseDeg: heading !== null && Number.isFinite(heading) ? heading : null,
      },
    });
  }

  private async lookAtBattery(): Promise<void> {
    const ask = (navigator as { getBattery?: () => Promise<BatteryManager> }).getBattery;
    if (!ask) return;
    try {
      const manager = await ask.call(navigator);
      const take = (): void =>
        this.change({ battery: { percent: Math.round(manager.level * 100), charging: manager.charging } });
      manager.addEventListener("levelchange", take);
      manager.addEventListener("chargingchange", take);
      take();
    } catch {
      // then it is not told
    }
  }

  private async tell(): Promise<void> {
    const { fix, location, notices, battery } = this.state;
    const nowMs = Date.now();
    const fresh = fix !== null && fix.fixedAtMs > this.toldFixMs;
    if (this.telling || !mayTell({ nowMs, triedAtMs: this.triedAtMs, near: this.near, fresh })) return;
    this.telling = true;
    this.triedAtMs = nowMs;
    const health: Health = { locationOff: location !== "on" && location !== "waiting", notificationsOff: notices !== "on" };
    const told = await tellPosition(fresh ? fix : null, battery, health);
    this.telling = false;
    if (told === "taken" && fresh && fix) {
      this.toldFixMs = fix.fixedAtMs;
      this.change({ takenAtMs: Date.now(), refused: false });
    } else if (told !== "unreached") {
      this.change({ refused: told === "refused" });
    }
  }

  private change(part: Partial<PhoneState>): void {
    this.state = { ...this.state, ...part };
    for (const listener of this.listeners) listener();
  }
}

export const phone = new Phone();
