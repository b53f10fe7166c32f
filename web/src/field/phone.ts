// Phone: where this terminal is, and telling the server of it. Fails softly: without it everything else goes on.
import { api } from "../kit/api";
import { serverNowMs } from "../kit/clock";

export interface OwnFix {
  lat: number;
  lng: number;
  accuracyM: number;
  fixedAtMs: number; // clock of this device
  speedMps: number | null;
  courseDeg: number | null;
}

export type LocationState = "unasked" | "waiting" | "on" | "denied" | "off" | "unsupported";
export type Told = "not_yet" | "taken" | "no_device" | "unreached";

export interface PhoneState {
  location: LocationState;
  fix: OwnFix | null;
  told: Told;
  takenAtMs: number; // clock of this device; 0: never
}

const ON_CALL_EVERY_MS = 2000;
const FREE_EVERY_MS = 10_000;
const REFUSED_PAUSE_MS = 60_000;
const ANSWER_MS_MAX = 8000;

class Phone {
  private state: PhoneState = { location: "unasked", fix: null, told: "not_yet", takenAtMs: 0 };
  onCall = false;
  silent = true; // signed out or out of service: nothing is told
  private readonly listeners = new Set<() => void>();
  private watchId: number | null = null;
  private timer: ReturnType<typeof setInterval> | undefined;
  private notBeforeMs = 0;
  private toldFixMs = 0;
  private telling = false;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly get = (): PhoneState => this.state;

  // Watches if that was allowed before; asks nobody.
  async look(): Promise<void> {
    clearInterval(this.timer);
    this.timer = setInterval(() => void this.tell(), 500);
    if (!("geolocation" in navigator)) return this.change({ location: "unsupported" });
    try {
      const permission = await navigator.permissions.query({ name: "geolocation" });
      const take = (): void => {
        if (permission.state === "granted") this.ask();
        else if (permission.state === "denied") this.change({ location: "denied", fix: null });
        else if (this.state.location !== "waiting") this.change({ location: "unasked" });
      };
      permission.onchange = take;
      take();
    } catch {
      // cannot be known before it is asked for
    }
  }

  // By a press: the browser asks.
  ask(): void {
    if (!("geolocation" in navigator)) return;
    if (this.watchId !== null) navigator.geolocation.clearWatch(this.watchId);
    if (this.state.location !== "on") this.change({ location: "waiting" });
    this.watchId = navigator.geolocation.watchPosition(
      (at) => this.take(at),
      (error) => {
        if (error.code === error.PERMISSION_DENIED) this.change({ location: "denied", fix: null });
        else if (error.code === error.POSITION_UNAVAILABLE) this.change({ location: "off" });
      },
      { enableHighAccuracy: true, maximumAge: 1000, timeout: 30_000 },
    );
  }

  private take(at: GeolocationPosition): void {
    const { latitude, longitude, accuracy, speed, heading } = at.coords;
    const finite = (n: number | null): number | null => (n !== null && Number.isFinite(n) ? n : null);
    this.change({
      location: "on",
      fix: { lat: latitude, lng: longitude, accuracyM: accuracy, fixedAtMs: at.timestamp, speedMps: finite(speed), courseDeg: finite(heading) },
    });
  }

  private async tell(): Promise<void> {
    const { fix } = this.state;
    const nowMs = Date.now();
    if (this.silent || this.telling || !fix || fix.fixedAtMs <= this.toldFixMs || nowMs < this.notBeforeMs || !navigator.onLine) return;
    this.telling = true;
    this.notBeforeMs = nowMs + (this.onCall ? ON_CALL_EVERY_MS : FREE_EVERY_MS);
    try {
      const { error, response } = await api.POST("/api/v1/me/position", {
        body: { fix: wireFix(fix), health: { location_off: false, notifications_off: false } },
        signal: AbortSignal.timeout(ANSWER_MS_MAX),
      });
      if (!error) this.toldFixMs = fix.fixedAtMs;
      const lasting = response.status === 409 || response.status === 403;
      if (lasting) this.notBeforeMs = nowMs + REFUSED_PAUSE_MS;
      if (!error) this.change({ takenAtMs: Date.now() });
      this.change({ told: error ? (lasting ? "no_device" : "unreached") : "taken" });
    } catch {
      this.change({ told: "unreached" });
    } finally {
      this.telling = false;
    }
  }

  private change(part: Partial<PhoneState>): void {
    this.state = { ...this.state, ...part };
    for (const listener of this.listeners) listener();
  }
}

// The moment of the fix on the server's clock: this device's own may be wrong.
function wireFix(fix: OwnFix) {
  const atMs = serverNowMs() - Math.max(0, Date.now() - fix.fixedAtMs);
  return {
    place: { lat_e7: Math.round(fix.lat * 1e7), lng_e7: Math.round(fix.lng * 1e7) },
    fixed_at_us: String(Math.round(atMs * 1000)),
    accuracy_mm: Math.round(fix.accuracyM * 1000),
    source: "FIX_SOURCE_GNSS" as const,
    ...(fix.speedMps !== null && { speed_mmps: Math.round(fix.speedMps * 1000) }),
    ...(fix.courseDeg !== null && { course_cdeg: Math.round(fix.courseDeg * 100) % 36000 }),
  };
}

export const phone = new Phone();
