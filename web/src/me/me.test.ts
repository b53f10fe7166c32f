// What must be nowhere in this app: a promise, a name, the colour of all is well; and small reckonings of the screen.
import fs from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { labelAngle, sectorPath } from "./dial";
import { thrice } from "./thrice";

const here = import.meta.dirname;
const read = (name: string): string => fs.readFileSync(path.join(here, name), "utf8");
const sentences = (name: string): string[] => {
  const out: string[] = [];
  JSON.parse(read(name), (_key, value: unknown) => {
    if (typeof value === "string") out.push(value);
    return value;
  });
  return out;
};
const wordsOf = (language: string): string[] =>
  fs.readdirSync(path.join(here, "words")).filter((name) => new RegExp(`^([a-z]+\\.)?${language}\\.json$`).test(name)).flatMap((name) => sentences(`words/${name}`));
const korean = wordsOf("ko");
const english = wordsOf("en");

describe("the words", () => {
  it("never say that she is safe", () => {
    const left = (each: string): string => each.replace("안전하다는 뜻이 아닙니다", "").replace("This does not mean you are safe", "");
    expect(korean.filter((each) => /안전|안심|위험하지|위험[이은] 없/.test(left(each)))).toEqual([]);
    expect(english.filter((each) => /\b(un)?safe|\bsecure\b|no danger|all clear/i.test(left(each)))).toEqual([]);
  });

  it("of a notification hold no name, place, number or reason", () => {
    for (const language of ["ko", "en"]) {
      const { notice } = JSON.parse(read(`words/${language}.json`)) as { notice: Record<string, string> };
      expect(Object.keys(notice).sort()).toEqual(["body", "title"]);
      expect(Object.values(notice).join(" ")).not.toMatch(/\d|{{|경찰|접근|위치|대상|신고|긴급|police|person|near|alert|danger|emergency|haechi/i);
    }
  });

  it("of the memo page say nothing of what stands behind it", () => {
    for (const language of ["ko", "en"]) {
      const { memo } = JSON.parse(read(`words/${language}.json`)) as { memo: object };
      expect(JSON.stringify(memo)).not.toMatch(/경찰|접근|위치|대상|신고|112|police|person|report|alert|court/i);
    }
  });

  it("claim no police on the way outside of the step that the server names", () => {
    const claims = /출동했|출동 중|오고 있습니다|on (the|their) way to you|police are coming|officers are/i;
    expect([...korean, ...english].filter((each) => claims.test(each))).toEqual([]);
  });
});

it("the installed app is called something neutral", () => {
  for (const language of ["ko", "en"]) {
    expect(read(`public/notes.${language}.webmanifest`)).not.toMatch(/haechi|해치|보호|경찰|protect|police/i);
  }
});

it("nothing is green", () => {
  const colours = [...(read("me.css") + read("public/icon.svg")).matchAll(/#([0-9a-f]{6}|[0-9a-f]{3})\b/gi)].map(([, hex = ""]) => {
    const full = hex.length === 3 ? [...hex].map((digit) => digit + digit).join("") : hex;
    return [0, 2, 4].map((from) => parseInt(full.slice(from, from + 2), 16) / 255) as [number, number, number];
  });
  expect(colours.length).toBeGreaterThan(20);
  const green = colours.filter(([r, g, b]) => g > r * 1.15 && g > b * 1.15);
  expect(green).toEqual([]);
});

it("nothing of the app is put into a lasting store", () => {
  const files = fs.readdirSync(here).filter((name) => /\.tsx?$/.test(name) && !name.includes(".test."));
  const keeping = files.filter((name) => /localStorage|indexedDB|caches\.|document\.cookie/.test(read(name)));
  expect(keeping).toEqual(["numbers.tsx", "presence.ts"]);
  // There it is one number of minutes, under one name.
  const stored = keeping.flatMap((name) => [...read(name).matchAll(/localStorage\.(\w+\(\w+)/g)].map(([, call]) => call));
  expect(stored).toEqual(["setItem(LOCK", "removeItem(LOCK", "getItem(LOCK"]);
  expect(files.filter((name) => /sessionStorage/.test(read(name)))).toEqual(["help.ts"]);
});

describe("three times", () => {
  it("in time is a sign, and then it counts anew", () => {
    const sign = thrice(5000);
    expect([0, 2000, 4900, 5000, 5100].map(sign)).toEqual([false, false, true, false, false]);
  });
  it("too slowly is none", () => {
    const sign = thrice(5000);
    expect([0, 3000, 6000, 9000].map(sign)).toEqual([false, false, false, false]);
  });
});

describe("the dial", () => {
  it("writes its numbers where nobody is", () => {
    expect(labelAngle([135])).toBe(315);
    expect(labelAngle([315])).toBe(135);
    expect([45, 225]).toContain(labelAngle([315, 135]));
    expect(labelAngle([])).toBe(315);
  });
  it("draws the whole eighth that a rounded direction means", () => {
    expect(sectorPath(0, 100, 90)).toContain("92.4 -38.3");
    expect(sectorPath(0, 100, 90)).toContain("92.4 38.3");
  });
});
