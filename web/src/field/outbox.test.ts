// The outbox under bad lines, reloads and two windows, with a store and a sender made here.
import { describe, expect, it } from "vitest";
import { type Answer, answerOf, Outbox, type Press, refusedOf, reportedOf, UNDO_MS, undoable, waitingOf } from "./outbox";

class World {
  nowMs = 1_000_000;
  serverAheadMs: number | null = 5000;
  kept = new Map<string, string>();
  breaks = false;
  sent: { key: string; status: string; deviceAtUs: string }[] = [];
  answers: Answer[] = [];
  keys = 0;

  open(): Outbox {
    return new Outbox({
      store: {
        all: async () => {
          if (this.breaks) throw new Error("no storage");
          return [...this.kept.values()].map((text) => JSON.parse(text) as Press);
        },
        put: async (press) => {
          if (this.breaks) throw new Error("no storage");
          this.kept.set(press.key, JSON.stringify(press));
        },
        remove: async (key) => void this.kept.delete(key),
      },
      send: async (press) => {
        this.sent.push({ key: press.key, status: press.status, deviceAtUs: press.deviceAtUs });
        return this.answers.shift() ?? { kind: "done" };
      },
      nowMs: () => this.nowMs,
      serverNowMs: () => (this.serverAheadMs === null ? null : this.nowMs + this.serverAheadMs),
      newKey: () => `key-${++this.keys}`,
      alone: (work) => work(),
    });
  }

  pass(ms: number): void {
    this.nowMs += ms;
  }
}

async function opened(world: World): Promise<Outbox> {
  const outbox = world.open();
  await outbox.load("unit-1");
  return outbox;
}

describe("a press", () => {
  it("waits for its undo time, then leaves with the moment it was pressed on the server's clock", async () => {
    const world = new World();
    const outbox = await opened(world);
    outbox.press("EN_ROUTE", "C1");
    await outbox.flush();
    expect(world.sent).toEqual([]);
    expect(undoable(outbox.get(), world.nowMs)?.status).toBe("EN_ROUTE");
    world.pass(UNDO_MS);
    await outbox.flush();
    expect(world.sent).toEqual([{ key: "key-1", status: "EN_ROUTE", deviceAtUs: "1005000000" }]);
    expect(outbox.get().presses).toEqual([]);
    expect(world.kept.size).toBe(0);
    expect(reportedOf(outbox.get())).toMatchObject([{ callId: "C1", status: "EN_ROUTE" }]);
  });

  it("can be undone before it left, not after, and leaves nothing behind", async () => {
    const world = new World();
    const outbox = await opened(world);
    const key = outbox.press("EN_ROUTE", "C1");
    expect(outbox.undo(key)).toBe(true);
    await Promise.resolve();
    await Promise.resolve();
    expect(world.kept.size).toBe(0);
    world.answers = [{ kind: "later" }];
    const second = outbox.press("EN_ROUTE", "C1");
    world.pass(UNDO_MS);
    await outbox.flush();
    expect(outbox.undo(second)).toBe(false);
    expect(waitingOf(outbox.get())).toHaveLength(1);
  });

  it("is not sent before the server's time is known", async () => {
    const world = new World();
    world.serverAheadMs = null;
    const outbox = await opened(world);
    outbox.press("ON_SCENE", "C1");
    world.pass(UNDO_MS);
    await outbox.flush();
    expect(world.sent).toEqual([]);
    world.serverAheadMs = -60_000;
    await outbox.flush();
    expect(world.sent[0]?.deviceAtUs).toBe(String((1_000_000 - 60_000) * 1000));
  });
});

describe("on a bad line", () => {
  it("keeps the order: nothing overtakes a press that was not answered", async () => {
    const world = new World();
    const outbox = await opened(world);
    outbox.press("ACKNOWLEDGED", "C1");
    outbox.press("EN_ROUTE", "C1");
    outbox.press("ON_SCENE", "C1");
    world.pass(UNDO_MS);
    world.answers = [{ kind: "later" }];
    await outbox.flush();
    expect(world.sent.map((each) => each.status)).toEqual(["ACKNOWLEDGED"]);
    await outbox.flush();
    expect(world.sent).toHaveLength(1);
    world.pass(1000);
    await outbox.flush();
    expect(world.sent.map((each) => each.status)).toEqual(["ACKNOWLEDGED", "ACKNOWLEDGED", "EN_ROUTE", "ON_SCENE"]);
  });

  it("sends the same press again with the same key and the same time, also after a reload", async () => {
    const world = new World();
    const before = await opened(world);
    before.press("ON_SCENE", "C1");
    world.pass(UNDO_MS);
    world.answers = [{ kind: "later" }];
    await before.flush();
    world.pass(600_000);
    world.serverAheadMs = -3000;
    const after = await opened(world);
    expect(waitingOf(after.get())).toHaveLength(1);
    await after.flush();
    expect(world.sent).toHaveLength(2);
    expect(world.sent[1]).toEqual(world.sent[0]);
  });

  it("keeps presses of before a reload in front of those made after it, even if the clock was set back", async () => {
    const world = new World();
    const before = await opened(world);
    before.press("ACKNOWLEDGED", "C1");
    await Promise.resolve();
    world.nowMs -= 30_000;
    const after = await opened(world);
    after.press("EN_ROUTE", "C1");
    expect(waitingOf(after.get()).map((press) => press.status)).toEqual(["ACKNOWLEDGED", "EN_ROUTE"]);
  });

  it("waits longer after every try, at most ten seconds, and at once when the line is back", async () => {
    const world = new World();
    const outbox = await opened(world);
    outbox.press("ON_SCENE", "C1");
    world.pass(UNDO_MS);
    world.answers = Array.from({ length: 20 }, () => ({ kind: "later" }) as const);
    const gaps: number[] = [];
    let lastMs = world.nowMs;
    for (let n = 0; gaps.length < 6 && n < 200; n += 1) {
      const had = world.sent.length;
      await outbox.flush();
      if (world.sent.length > had) {
        gaps.push(world.nowMs - lastMs);
        lastMs = world.nowMs;
      }
      world.pass(500);
    }
    expect(gaps).toEqual([0, 1000, 2000, 4000, 8000, 10_000]);
    const had = world.sent.length;
    outbox.retryNow();
    await Promise.resolve();
    await Promise.resolve();
    await Promise.resolve();
    expect(world.sent.length).toBe(had + 1);
  });
});

describe("answers", () => {
  it("that refuse are kept to be read and do not hold up what follows", async () => {
    const world = new World();
    const outbox = await opened(world);
    const key = outbox.press("ON_SCENE", "C1");
    outbox.press("AVAILABLE", "");
    world.pass(UNDO_MS);
    world.answers = [answerOf(409, { code: "conflict", field: "call_id", reason: "the unit is not on this call" })];
    await outbox.flush();
    expect(world.sent.map((each) => each.status)).toEqual(["ON_SCENE", "AVAILABLE"]);
    expect(refusedOf(outbox.get())).toMatchObject([{ key, refused: { field: "call_id" } }]);
    expect(refusedOf((await opened(world)).get())).toHaveLength(1);
    outbox.dismiss(key);
    expect(outbox.get().presses).toEqual([]);
    expect(world.kept.size).toBe(0);
  });

  it("are read as done, later, signed out or refused", () => {
    expect(answerOf(200, undefined).kind).toBe("done");
    for (const status of [0, 500, 503, 504, 429, 408]) expect(answerOf(status, undefined).kind).toBe("later");
    expect(answerOf(409, { field: "idempotency-key" }).kind).toBe("later");
    expect(answerOf(401, undefined).kind).toBe("signed_out");
    expect(answerOf(400, { field: "status" }).kind).toBe("refused");
  });
});

describe("this device", () => {
  it("sends nothing of another unit", async () => {
    const world = new World();
    const first = await opened(world);
    first.press("ON_SCENE", "C1");
    await Promise.resolve();
    const other = world.open();
    await other.load("unit-2");
    world.pass(UNDO_MS);
    await other.flush();
    expect(world.sent).toEqual([]);
    expect(world.kept.size).toBe(1);
  });

  it("says when it cannot keep anything, and sends all the same", async () => {
    const world = new World();
    world.breaks = true;
    const outbox = await opened(world);
    outbox.press("ON_SCENE", "C1");
    world.pass(UNDO_MS);
    await outbox.flush();
    expect(outbox.get().kept).toBe(false);
    expect(world.sent).toHaveLength(1);
  });

  it("does not send again what another window has sent", async () => {
    const world = new World();
    const one = await opened(world);
    one.press("ON_SCENE", "C1");
    world.pass(UNDO_MS);
    world.answers = [{ kind: "later" }];
    await one.flush();
    const two = await opened(world);
    await two.flush();
    expect(world.sent).toHaveLength(2);
    world.pass(20_000);
    await one.flush();
    expect(world.sent).toHaveLength(2);
    expect(one.get().presses).toEqual([]);
  });
});
