import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { learnServerTime, passedMs, serverNowMs, thisMoment } from "./clock";

const SERVER_MS = 1_790_000_000_000;

describe("the server's clock as a screen knows it", () => {
  let wallMs = 0;
  let steadyMs = 0;
  beforeEach(() => {
    wallMs = SERVER_MS + 3 * 3_600_000; // this machine is three hours ahead
    steadyMs = 5_000;
    vi.spyOn(Date, "now").mockImplementation(() => wallMs);
    vi.spyOn(performance, "now").mockImplementation(() => steadyMs);
    learnServerTime(SERVER_MS * 1000);
  });
  afterEach(() => void vi.restoreAllMocks());

  it("is what the server said, however wrong this machine is", () => {
    expect(serverNowMs()).toBe(SERVER_MS);
  });

  it("goes on when the clock of the day is set back, so that nothing old becomes new", () => {
    const began = thisMoment();
    wallMs -= 6 * 3_600_000;
    steadyMs += 40_000;
    expect(serverNowMs()).toBe(SERVER_MS + 40_000);
    expect(passedMs(began)).toBe(40_000);
  });

  it("has gone on when the machine slept and its steady clock stood", () => {
    const began = thisMoment();
    wallMs += 600_000;
    expect(serverNowMs()).toBe(SERVER_MS + 600_000);
    expect(passedMs(began)).toBe(600_000);
  });

  it("is right again with the next message", () => {
    wallMs -= 6 * 3_600_000;
    steadyMs += 40_000;
    learnServerTime((SERVER_MS + 41_000) * 1000);
    expect(serverNowMs()).toBe(SERVER_MS + 41_000);
    wallMs += 9 * 3_600_000;
    learnServerTime((SERVER_MS + 42_000) * 1000);
    expect(serverNowMs()).toBe(SERVER_MS + 42_000);
  });
});
