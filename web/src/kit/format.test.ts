// Numbers, times and ages as people read them.
import i18next from "i18next";
import { beforeAll, describe, expect, it } from "vitest";
import { ageText, clockTime, distance, shortTime, stopwatch, wind } from "./format";
import en from "./words/en.json";
import ko from "./words/ko.json";

beforeAll(async () => {
  await i18next.init({ lng: "en", resources: { en: { kit: en }, ko: { kit: ko } }, ns: ["kit"], interpolation: { escapeValue: false }, showSupportNotice: false });
});

describe("times", () => {
  it("are Korean standard time, as the browser's own formatter has it", () => {
    const own = new Intl.DateTimeFormat("en-GB", {
      timeZone: "Asia/Seoul", hourCycle: "h23", hour: "2-digit", minute: "2-digit", second: "2-digit",
    });
    for (let ms = Date.UTC(2026, 0, 1); ms < Date.UTC(2026, 11, 31); ms += 7 * 3_600_000 + 61_007) {
      expect(clockTime(ms)).toBe(own.format(ms));
      expect(shortTime(ms)).toBe(own.format(ms).slice(0, 5));
    }
  });

  it("of waiting go on past the hour", () => {
    expect([0, 42_000, 725_000, 3_753_000].map(stopwatch)).toEqual(["0:00", "0:42", "12:05", "1:02:33"]);
    expect(stopwatch(-5)).toBe("0:00");
  });

  it("become ages: live, seconds, minutes, and then the date", () => {
    expect(ageText(4000, 0)).toBe("live");
    expect(ageText(12_999, 0)).toBe("12 s ago");
    expect(ageText(240_000, 0)).toBe("4 min ago");
    expect(ageText(7_200_000, Date.UTC(2026, 10, 21, 5))).toContain("14:00");
    expect(ageText(-3000, 0)).toBe("live");
  });
});

describe("distances and directions", () => {
  it("are whole metres, and tenths of kilometres above", () => {
    expect([0, 412.4, 999, 1000, 1449].map(distance)).toEqual(["0 m", "412 m", "999 m", "1.0 km", "1.4 km"]);
  });

  it("are named by eight winds, all the way round", () => {
    expect([0, 22, 23, 45, 180, 337, 338, 359].map(wind)).toEqual(
      ["north", "north", "north-east", "north-east", "south", "north-west", "north", "north"]);
  });
});
