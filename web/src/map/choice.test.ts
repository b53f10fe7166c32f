import { describe, expect, test } from "vitest";
import { chooseEngine, isSoftware, LossCounter } from "./choice";
import { TileJudge } from "./engine";
import { Watchdog } from "./watchdog";

const found = (renderer: string) => ({ webgl2: true, renderer });

describe("choice of engine", () => {
  test("software renderers are known by name", () => {
    for (const name of [
      "ANGLE (Google, Vulkan 1.3.0 (SwiftShader Device (Subzero)), SwiftShader driver)",
      "llvmpipe (LLVM 15.0.6, 256 bits)",
      "ANGLE (Microsoft, Microsoft Basic Render Driver Direct3D11)",
    ]) {
      expect(isSoftware(name)).toBe(true);
      expect(chooseEngine(null, found(name))).toBe("canvas");
      expect(chooseEngine("webgl", found(name))).toBe("webgl");
    }
  });

  test("a graphics card gets WebGL, unless the person wants the light map", () => {
    const card = found("ANGLE (Intel, Mesa Intel(R) UHD Graphics 620 (KBL GT2), OpenGL 4.6)");
    expect(chooseEngine(null, card)).toBe("webgl");
    expect(chooseEngine("canvas", card)).toBe("canvas");
    expect(chooseEngine("nonsense", card)).toBe("webgl");
  });

  test("without WebGL there is the light map even when WebGL was asked for", () => {
    expect(chooseEngine("webgl", { webgl2: false, renderer: "" })).toBe("canvas");
  });

  test("WebGL is given up at the second loss within a minute, not at two far apart", () => {
    const losses = new LossCounter();
    expect(losses.lost(0)).toBe("rebuild");
    expect(losses.lost(70_000)).toBe("rebuild");
    expect(losses.lost(100_000)).toBe("give-up");
  });
});

describe("watchdog", () => {
  test("news that is drawn in time is never said to be late", () => {
    const dog = new Watchdog();
    for (let s = 0; s < 100; s += 1) {
      dog.news(s, s * 1000);
      expect(dog.state(s * 1000 + 900)).toEqual({ delayS: null, giveUp: false });
      dog.drawn(s);
    }
  });

  test("late news is said after three seconds and given up after ten, counted from the first that was not drawn", () => {
    const dog = new Watchdog();
    dog.news(1, 1000);
    dog.news(2, 2000);
    dog.news(3, 3000);
    expect(dog.state(3900).delayS).toBeNull();
    expect(dog.state(4000).delayS).toBe(3);
    expect(dog.state(10_900)).toEqual({ delayS: 9, giveUp: false });
    expect(dog.state(11_000).giveUp).toBe(true);
    dog.drawn(3);
    expect(dog.state(12_000)).toEqual({ delayS: null, giveUp: false });
  });

  test("drawing old news does not help", () => {
    const dog = new Watchdog();
    dog.news(5, 0);
    dog.drawn(4);
    expect(dog.state(5000).delayS).toBe(5);
  });

  test("no news is no delay, and a page that was hidden starts anew", () => {
    const dog = new Watchdog();
    expect(dog.state(1e6).delayS).toBeNull();
    dog.news(1, 0);
    dog.restart(60_000);
    expect(dog.state(61_000).delayS).toBeNull();
  });
});

describe("tiles", () => {
  test("three failures within ten seconds give a source up, spread ones do not", () => {
    const quick = new TileJudge();
    expect([0, 100, 200].map((at) => quick.failed(503, at))).toEqual([false, false, true]);
    const slow = new TileJudge();
    expect([0, 9000, 18_000, 27_000].map((at) => slow.failed(null, at))).toEqual([false, false, false, false]);
  });

  test("holes in a source that works are no failures", () => {
    const judge = new TileJudge();
    judge.came();
    expect([0, 1, 2, 3].map((at) => judge.failed(404, at))).toEqual([false, false, false, false]);
  });
});
