// Who may look at the page, and what becomes of what it held.
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Live } from "../kit/surface";

class Fake extends EventTarget {
  hidden = false;
  attributes = new Set<string>();
  readonly documentElement = {
    toggleAttribute: (name: string, on: boolean) => void (on ? this.attributes.add(name) : this.attributes.delete(name)),
  };
  setHidden(hidden: boolean): void {
    this.hidden = hidden;
    this.dispatchEvent(new Event("visibilitychange"));
  }
}

let page: Fake;
let address: { hash: string; pathname: string; search: string };
const picture = { blind: false, cleared: 0, clear: () => void (picture.cleared += 1) };
const socket = { again: 0, startOver: () => void (socket.again += 1) };
const live = { picture, socket } as unknown as Live;

async function start(hash = "") {
  page = new Fake();
  address = { hash, pathname: "/me/", search: "?lang=en" };
  vi.stubGlobal("document", page);
  vi.stubGlobal("location", address);
  vi.stubGlobal("addEventListener", () => undefined);
  const history = { replaced: [] as string[], replaceState: (_a: unknown, _b: string, to: string) => void history.replaced.push(to) };
  vi.stubGlobal("history", history);
  vi.resetModules();
  const { Presence, DROP_AFTER_MS } = await import("./presence");
  const presence = new Presence();
  presence.watch();
  Object.assign(picture, { blind: false, cleared: 0 });
  socket.again = 0;
  presence.attach(live);
  return { presence, history, DROP_AFTER_MS };
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("a hidden page", () => {
  it("is veiled at once and shown again as it was within the minute", async () => {
    const { presence, DROP_AFTER_MS } = await start();
    page.setHidden(true);
    expect(page.attributes.has("data-veil")).toBe(true);
    expect(presence.isSeen()).toBe(false);
    vi.advanceTimersByTime(DROP_AFTER_MS - 1);
    page.setHidden(false);
    expect(page.attributes.has("data-veil")).toBe(false);
    expect(picture.cleared).toBe(0);
    expect(socket.again).toBe(0);
    vi.advanceTimersByTime(DROP_AFTER_MS);
    expect(picture.cleared).toBe(0);
  });

  it("holds nothing after a minute, and asks for the whole picture when it is looked at again", async () => {
    const { DROP_AFTER_MS } = await start();
    page.setHidden(true);
    vi.advanceTimersByTime(DROP_AFTER_MS);
    expect(picture).toMatchObject({ blind: true, cleared: 1 });
    page.setHidden(false);
    expect(picture.blind).toBe(false);
    expect(socket.again).toBe(1);
  });

  it("whose timers slept has dropped what it held before it is unveiled", async () => {
    const { DROP_AFTER_MS } = await start();
    page.setHidden(true);
    vi.setSystemTime(Date.now() + DROP_AFTER_MS); // no timer ran
    page.setHidden(false);
    expect(picture.cleared).toBe(1);
    expect(socket.again).toBe(1);
  });
});

describe("quick exit", () => {
  it("puts the other page first, then forgets, and leaves its mark in the address", async () => {
    const { presence, history } = await start();
    let clearedBefore = -1;
    presence.onAway = () => (clearedBefore = picture.cleared);
    presence.leave();
    expect(clearedBefore).toBe(0);
    expect(picture).toMatchObject({ blind: true, cleared: 1 });
    expect(history.replaced).toEqual(["/me/?lang=en#memo"]);
    expect(presence.isSeen()).toBe(false);
  });

  it("is not undone by looking away and back", async () => {
    const { presence } = await start();
    presence.leave();
    page.setHidden(true);
    page.setHidden(false);
    expect(picture.blind).toBe(true);
    expect(socket.again).toBe(0);
  });

  it("holds through a reload", async () => {
    const { presence } = await start("#memo");
    expect(presence.away).toBe(true);
    expect(picture.blind).toBe(true);
  });

  it("is undone only by coming back, with a new picture and no mark", async () => {
    const { presence, history } = await start();
    presence.leave();
    presence.comeBack();
    expect(picture.blind).toBe(false);
    expect(socket.again).toBe(1);
    expect(history.replaced.at(-1)).toBe("/me/?lang=en");
    expect(presence.isSeen()).toBe(true);
  });
});
