// A seat that must sound does, whatever its machine's clock of the day does.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CRITICAL, type Lasting, MUTE_MS, Speaker } from "./speaker";

let tones: number[] = [];

class FakeAudio {
  state = "running";
  currentTime = 0;
  destination = {};
  onstatechange: (() => void) | null = null;
  createOscillator() {
    tones.push(performance.now());
    const node = { type: "", frequency: { value: 0 }, connect: () => node, start: () => undefined, stop: () => undefined };
    return node;
  }
  createGain() {
    const node = { gain: { setValueAtTime: () => undefined, linearRampToValueAtTime: () => undefined }, connect: () => node };
    return node;
  }
  close = () => Promise.resolve();
}

class Seat extends Speaker {
  critical = true;
  protected override lasting(): Lasting[] {
    return [{ name: "critical", holds: this.critical, pattern: CRITICAL, everyMs: 5000 }];
  }
}

describe("the sound of a critical alert", () => {
  let seat: Seat;
  let backMs = 0;
  const sounded = (): number => tones.length / CRITICAL.length;

  beforeEach(() => {
    tones = [];
    backMs = 0;
    vi.useFakeTimers({ now: 1_790_000_000_000 });
    const now = Date.now.bind(Date);
    vi.spyOn(Date, "now").mockImplementation(() => now() - backMs);
    vi.stubGlobal("AudioContext", FakeAudio);
    vi.stubGlobal("addEventListener", () => undefined);
    vi.stubGlobal("removeEventListener", () => undefined);
    seat = new Seat();
  });
  afterEach(() => {
    seat.close();
    vi.unstubAllGlobals();
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  it("begins at once and comes again each five seconds", () => {
    vi.advanceTimersByTime(250);
    expect(sounded()).toBe(1);
    vi.advanceTimersByTime(20_000);
    expect(sounded()).toBe(5);
  });

  it("comes again though the clock of the day was set back", () => {
    vi.advanceTimersByTime(1000);
    backMs = 3 * 3_600_000;
    vi.advanceTimersByTime(20_000);
    expect(sounded()).toBe(5);
  });

  it("is muted for a minute and not for longer, though the clock of the day was set back", () => {
    seat.toggleMute();
    backMs = 3 * 3_600_000;
    vi.advanceTimersByTime(MUTE_MS - 250);
    expect(sounded()).toBe(0);
    vi.advanceTimersByTime(500);
    expect(sounded()).toBe(1);
    expect(seat.state().mutedUntilMs).toBe(0);
  });

  it("ends with its reason", () => {
    vi.advanceTimersByTime(250);
    seat.critical = false;
    vi.advanceTimersByTime(20_000);
    expect(sounded()).toBe(1);
  });
});
