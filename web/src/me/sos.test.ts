// The call for help on every path: at once, late, refused, lost, pressed twice, resumed.
import { beforeEach, describe, expect, it } from "vitest";
import { ATTEMPT_MS_MAX, OVERDUE_MS, type Pressed, RETRY_MS_MAX, Sos, type SosAnswer } from "./sos";

interface Timer {
  atMs: number;
  task: () => void;
}

class Bench {
  nowMs = 1_000_000;
  timers = new Set<Timer>();
  sent: { pressed: Pressed; withFix: boolean; atMs: number; aborted: () => boolean }[] = [];
  kept: Pressed | null = null;
  keptEver: string[] = [];
  answer: (n: number) => SosAnswer | "silence" = () => ({ kind: "unreached" });
  ids = 0;
  readonly sos = new Sos({
    send: (pressed, withFix, signal) => {
      this.sent.push({ pressed, withFix, atMs: this.nowMs, aborted: () => signal.aborted });
      const answer = this.answer(this.sent.length);
      if (answer !== "silence") return Promise.resolve(answer);
      return new Promise((resolve) => signal.addEventListener("abort", () => resolve({ kind: "unreached" })));
    },
    nowMs: () => this.nowMs,
    later: (ms, task) => {
      const timer = { atMs: this.nowMs + ms, task };
      this.timers.add(timer);
      return () => void this.timers.delete(timer);
    },
    newId: () => `id-${(this.ids += 1)}`,
    keep: (pressed) => {
      this.kept = pressed;
      if (pressed) this.keptEver.push(JSON.stringify(pressed));
    },
    random: () => 1,
  });

  async pass(ms: number): Promise<void> {
    const end = this.nowMs + ms;
    for (;;) {
      await settle();
      const next = [...this.timers].filter((timer) => timer.atMs <= end).sort((a, b) => a.atMs - b.atMs)[0];
      if (!next) break;
      this.timers.delete(next);
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.task();
    }
    this.nowMs = end;
    await settle();
  }
}

// All that is waiting for nothing but its turn has had it.
async function settle(): Promise<void> {
  for (let n = 0; n < 10; n += 1) await Promise.resolve();
}

const RECEIVED: SosAnswer = { kind: "received", alertId: "a-7", receivedAtMs: 1_000_500 };

let bench: Bench;
beforeEach(() => {
  bench = new Bench();
});

describe("a call for help", () => {
  it("leaves at once, with no countdown, and says when it arrived", async () => {
    bench.answer = () => RECEIVED;
    bench.sos.press(false);
    expect(bench.sent.length).toBe(1);
    expect(bench.sent[0]?.atMs).toBe(1_000_000);
    await bench.pass(0);
    expect(bench.sos.state).toMatchObject({ phase: "received", alertId: "a-7", receivedAtMs: 1_000_500, overdue: false });
    await bench.pass(60_000);
    expect(bench.sent.length).toBe(1);
    expect(bench.sos.state.overdue).toBe(false);
  });

  it("is sent again with the same id until it is received, and tells her after three seconds to call", async () => {
    bench.answer = (n) => (n < 5 ? { kind: "unreached" } : RECEIVED);
    bench.sos.press(false);
    await bench.pass(OVERDUE_MS - 1);
    expect(bench.sos.state.overdue).toBe(false);
    await bench.pass(1);
    expect(bench.sos.state).toMatchObject({ phase: "sending", overdue: true });
    await bench.pass(30_000);
    expect(bench.sos.state).toMatchObject({ phase: "received", overdue: false });
    expect(new Set(bench.sent.map(({ pressed }) => pressed.id)).size).toBe(1);
    expect(bench.sent.length).toBe(5);
  });

  it("never gives up, and never waits longer than ten seconds", async () => {
    bench.sos.press(false);
    await bench.pass(30 * 60_000);
    const waits = bench.sent.slice(1).map(({ atMs }, i) => atMs - (bench.sent[i]?.atMs ?? 0));
    expect(Math.max(...waits)).toBe(RETRY_MS_MAX);
    expect(bench.sent.length).toBeGreaterThan(150);
    expect(bench.sos.state.phase).toBe("sending");
  });

  it("gives up an attempt that is never answered and makes another", async () => {
    bench.answer = (n) => (n === 1 ? "silence" : RECEIVED);
    bench.sos.press(false);
    await bench.pass(OVERDUE_MS);
    expect(bench.sos.state.overdue).toBe(true);
    await bench.pass(ATTEMPT_MS_MAX);
    expect(bench.sent[0]?.aborted()).toBe(true);
    expect(bench.sos.state.phase).toBe("received");
  });

  it("pressed twice is one call", async () => {
    bench.sos.press(false);
    bench.sos.press(false);
    bench.sos.press(true);
    await bench.pass(5000);
    expect(new Set(bench.sent.map(({ pressed }) => pressed.id))).toEqual(new Set(["id-1"]));
    expect(bench.sos.state.pressed?.silent).toBe(false);
  });

  it("pressed again after it was received is a new one", async () => {
    bench.answer = () => RECEIVED;
    bench.sos.press(false);
    await bench.pass(0);
    bench.sos.press(true);
    await bench.pass(0);
    expect(bench.sent.map(({ pressed }) => pressed.id)).toEqual(["id-1", "id-2"]);
    expect(bench.sent[1]?.pressed.silent).toBe(true);
  });

  it("goes on without its place when the server does not like what it said", async () => {
    bench.answer = (n) => (n === 1 ? { kind: "refused", why: "request" } : RECEIVED);
    bench.sos.press(false);
    await bench.pass(0);
    expect(bench.sent.map(({ withFix }) => withFix)).toEqual([true, false]);
    expect(bench.sos.state.phase).toBe("received");
  });

  it.each(["session", "request"] as const)("refused for its %s tells her at once to call, and still tries", async (why) => {
    bench.answer = () => ({ kind: "refused", why });
    bench.sos.press(false);
    await bench.pass(0);
    expect(bench.sos.state).toMatchObject({ phase: "sending", overdue: true, refused: why });
    const before = bench.sent.length;
    await bench.pass(RETRY_MS_MAX);
    expect(bench.sent.length).toBeGreaterThan(before);
  });

  it("is tried again at once when the line is back, but never twice at a time", async () => {
    bench.sos.press(false);
    await bench.pass(20_000);
    const before = bench.sent.length;
    bench.answer = () => "silence";
    bench.sos.retryNow();
    bench.sos.retryNow();
    await settle();
    expect(bench.sent.length).toBe(before + 1);
  });

  it("cannot be put away before it is received", async () => {
    bench.sos.press(false);
    bench.sos.close();
    expect(bench.sos.state.phase).toBe("sending");
    bench.answer = () => RECEIVED;
    await bench.pass(20_000);
    bench.sos.close();
    expect(bench.sos.state.phase).toBe("idle");
  });

  it("is kept only while unsent: an id, a time and a flag", async () => {
    bench.answer = (n) => (n < 3 ? { kind: "unreached" } : RECEIVED);
    bench.sos.press(true);
    expect(bench.kept).toEqual({ id: "id-1", pressedAtMs: 1_000_000, silent: true });
    await bench.pass(20_000);
    expect(bench.kept).toBeNull();
    for (const text of bench.keptEver) expect(Object.keys(JSON.parse(text) as object).sort()).toEqual(["id", "pressedAtMs", "silent"]);
  });

  it("that was unsent goes on under its id when the page is opened anew, already overdue", async () => {
    bench.sos.resume({ id: "earlier", pressedAtMs: bench.nowMs - 60_000, silent: false });
    await bench.pass(0);
    expect(bench.sent[0]?.pressed.id).toBe("earlier");
    expect(bench.sos.state.overdue).toBe(true);
  });
});
