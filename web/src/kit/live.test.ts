// The live line: how it comes back, from where it resumes, and when it calls itself dead.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FakeSocket, fakeBrowser, windowEvent } from "./fake-socket";
import { type Link, type LiveMessage, LiveSocket, RETRY_MS_MAX, retryMs, SILENCE_MS_MAX } from "./live";

const hello = (epoch = "e1", serverMs = Date.now()) => ({
  hello: { epoch, entry: 10, server_time_us: serverMs * 1000, role: "control" },
});

describe("the wait before the next try", () => {
  it("is under a second at first, grows, and never passes ten seconds", () => {
    for (const chance of [0, 0.25, 0.5, 0.999]) {
      expect(retryMs(0, chance)).toBeLessThan(1000);
      let before = 0;
      for (let tries = 0; tries < 40; tries += 1) {
        const wait = retryMs(tries, chance);
        expect(wait).toBeGreaterThanOrEqual(before);
        expect(wait).toBeLessThanOrEqual(RETRY_MS_MAX);
        before = wait;
      }
    }
  });

  it("spreads a thousand screens that lost their line at one moment", () => {
    const waits = new Set(Array.from({ length: 1000 }, (_, n) => retryMs(0, n / 1000)));
    expect(waits.size).toBeGreaterThan(400);
    expect(Math.max(...waits) - Math.min(...waits)).toBeGreaterThan(400);
  });
});

describe("the live line", () => {
  let links: Link[] = [];
  let messages: LiveMessage[] = [];
  let frames: ArrayBuffer[] = [];
  let onMessage: (message: LiveMessage) => void = () => undefined;
  let line: LiveSocket;

  beforeEach(() => {
    vi.useFakeTimers({ now: 1_790_000_000_000 });
    vi.spyOn(Math, "random").mockReturnValue(0.5);
    vi.spyOn(console, "error").mockImplementation(() => undefined);
    fakeBrowser();
    links = [];
    messages = [];
    frames = [];
    onMessage = (message) => void messages.push(message);
    line = new LiveSocket("alerts,views", {
      message: (message) => onMessage(message),
      frame: (frame) => void frames.push(frame),
      link: (link) => void links.push(link),
    });
  });

  afterEach(() => {
    line.close();
    vi.restoreAllMocks();
    vi.unstubAllGlobals();
    vi.useRealTimers();
  });

  it("asks for its surface, its topics and binary places, with no key anywhere", () => {
    const { url, protocols } = FakeSocket.last();
    expect(url).toBe("ws://screen.test/live?surface=control&tracks=binary&topics=alerts,views");
    expect(protocols).toEqual(["haechi.v1"]);
    expect(FakeSocket.last().binaryType).toBe("arraybuffer");
  });

  it("is live only when the server has greeted", () => {
    expect(line.link.state).toBe("connecting");
    FakeSocket.last().says(hello());
    expect(line.link.state).toBe("live");
    expect(links.at(-1)?.state).toBe("live");
  });

  it("resumes after the last message that was folded", () => {
    FakeSocket.last().says(hello("e7"));
    FakeSocket.last().says({ entry: 11, cursor: "11.0", alert: { id: "a" } });
    FakeSocket.last().says({ entry: 12, cursor: "12.3", alert: { id: "b" } });
    FakeSocket.last().says({ entry: 13, alert: { id: "b" } }); // the same again with a place: no cursor
    FakeSocket.last().breaks();
    expect(line.link.state).toBe("lost");
    vi.advanceTimersByTime(1000);
    expect(FakeSocket.all.length).toBe(2);
    expect(FakeSocket.last().resume).toBe("e7:12.3");
  });

  it("starts anew when a message could not be folded, instead of leaving it out", () => {
    FakeSocket.last().says(hello("e7"));
    FakeSocket.last().says({ entry: 11, cursor: "11.0", alert: { id: "a" } });
    const broken = FakeSocket.last();
    onMessage = () => {
      throw new Error("cannot fold");
    };
    broken.says({ entry: 12, cursor: "12.0", alert: { id: "b" } });
    expect(line.link.state).toBe("lost");
    onMessage = (message) => void messages.push(message);
    broken.says({ entry: 13, cursor: "13.0", alert: { id: "c" } });
    vi.advanceTimersByTime(1000);
    expect(FakeSocket.last().resume).toBeNull();
  });

  it("waits longer each time, and little again after it was live", () => {
    FakeSocket.last().says(hello());
    const waits: number[] = [];
    for (let tries = 0; tries < 7; tries += 1) {
      const opened = FakeSocket.all.length;
      FakeSocket.last().breaks();
      let waited = 0;
      while (FakeSocket.all.length === opened && waited < 20_000) {
        vi.advanceTimersByTime(50);
        waited += 50;
      }
      waits.push(waited);
    }
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
    FakeSocket.last().says(hello());
    const opened = FakeSocket.all.length;
    FakeSocket.last().breaks();
    vi.advanceTimersByTime(500);
    expect(FakeSocket.all.length).toBe(opened + 1);
  });

  it("calls a silent line dead and does not listen to it any more", () => {
    FakeSocket.last().says(hello());
    const silent = FakeSocket.last();
    vi.advanceTimersByTime(SILENCE_MS_MAX - 1000);
    expect(line.link.state).toBe("live");
    vi.advanceTimersByTime(3000);
    expect(line.link.state).toBe("lost");
    expect(silent.closedWith).not.toBeNull();
    silent.says({ entry: 20, cursor: "20.0", alert: { id: "late" } });
    expect(messages.some((message) => message.alert?.id === "late")).toBe(false);
    silent.breaks(); // its close, long after, changes nothing
    expect(line.link.tries).toBe(0);
  });

  it("is dead as soon, and since as long, though the clock of the day is set back before or after", () => {
    FakeSocket.last().says(hello());
    const now = Date.now.bind(Date);
    let backMs = 0;
    vi.spyOn(Date, "now").mockImplementation(() => now() - backMs);
    vi.advanceTimersByTime(2000);
    backMs = 3 * 3_600_000;
    vi.advanceTimersByTime(SILENCE_MS_MAX);
    expect(line.link.state).toBe("lost");
    expect(Date.now() - line.link.sinceMs).toBeGreaterThanOrEqual(SILENCE_MS_MAX);
    backMs = 5 * 3_600_000;
    vi.advanceTimersByTime(1000);
    expect(Date.now() - line.link.sinceMs).toBeGreaterThanOrEqual(SILENCE_MS_MAX + 1000);
    expect(links.at(-1)?.sinceMs).toBe(line.link.sinceMs);
  });

  it("is kept alive by heartbeats", () => {
    FakeSocket.last().says(hello());
    for (let n = 0; n < 20; n += 1) {
      vi.advanceTimersByTime(5000);
      FakeSocket.last().says({ heartbeat: { entry: 10, server_time_us: Date.now() * 1000 } });
    }
    expect(line.link.state).toBe("live");
    expect(FakeSocket.all.length).toBe(1);
  });

  it("gives up a handshake that is never answered", () => {
    vi.advanceTimersByTime(60_000);
    expect(FakeSocket.all.length).toBeGreaterThan(1);
    expect(FakeSocket.all[0]?.closedWith).not.toBeNull();
  });

  it("tries at once when the phone is on the network again", () => {
    FakeSocket.last().says(hello());
    for (let tries = 0; tries < 6; tries += 1) {
      FakeSocket.last().breaks();
      vi.advanceTimersByTime(RETRY_MS_MAX);
    }
    FakeSocket.last().breaks();
    const opened = FakeSocket.all.length;
    windowEvent("online");
    expect(FakeSocket.all.length).toBe(opened + 1);
    windowEvent("online"); // while it is connecting: not a second socket
    expect(FakeSocket.all.length).toBe(opened + 1);
  });

  it("does not knock again when the server ended the right", () => {
    FakeSocket.last().says(hello());
    FakeSocket.last().breaks(1008);
    expect(line.link.state).toBe("refused");
    vi.advanceTimersByTime(60_000);
    expect(FakeSocket.all.length).toBe(1);
  });

  it("reports what was not sent as not sent, and never sends it late", () => {
    expect(line.send({ shown: { alert_id: "a" } })).toBe(false);
    FakeSocket.last().says(hello());
    expect(FakeSocket.last().sent).toEqual([]);
    line.shown({ alert_id: "a" });
    expect(FakeSocket.last().sent).toEqual(['{"shown":{"alert_id":"a"}}']);
  });

  it("hands binary frames to the places and text to the picture", () => {
    FakeSocket.last().says(hello());
    FakeSocket.last().says(new ArrayBuffer(16));
    expect(frames.length).toBe(1);
    expect(messages.length).toBe(1);
  });

  it("tells how late a message was by the server's clock", () => {
    FakeSocket.last().says(hello("e1", Date.now() + 3_600_000)); // this screen's clock is an hour behind
    FakeSocket.last().says({ entry: 11, cursor: "11.0", durable_at_us: (Date.now() + 3_600_000 - 250) * 1000 });
    expect(line.link.lagMs).toBe(250);
  });

  it("stays closed when it was closed", () => {
    FakeSocket.last().says(hello());
    line.close();
    FakeSocket.last().breaks();
    windowEvent("online");
    vi.advanceTimersByTime(120_000);
    expect(FakeSocket.all.length).toBe(1);
  });
});
