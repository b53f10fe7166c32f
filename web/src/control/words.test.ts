// Both languages say everything that the console asks for.
import fs from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { codes } from "../kit/codes";
import commonEn from "../kit/words/en.json";
import commonKo from "../kit/words/ko.json";
import en from "./words/en.json";
import ko from "./words/ko.json";

const kitEn = { ...commonEn, ...codes.en };
const kitKo = { ...commonKo, ...codes.ko };

type Tree = { [key: string]: string | string[] | Tree };

function keys(tree: Tree, before = ""): string[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    typeof value === "string" || Array.isArray(value) ? [before + key] : keys(value, `${before}${key}.`),
  );
}
const holes = (text: string): string[] => (text.match(/\{\{\w+\}\}/g) ?? []).sort();
const at = (tree: Tree, key: string): unknown =>
  key.split(".").reduce<unknown>((part, name) => (part as Tree | undefined)?.[name], tree);

const here = import.meta.dirname;
const sources = fs
  .readdirSync(here)
  .filter((name) => /\.tsx?$/.test(name) && !name.includes(".test."))
  .map((name) => [name, fs.readFileSync(path.join(here, name), "utf8")] as const);

describe("the words of the console", () => {
  it("are the same keys in Korean and English, with the same holes", () => {
    expect(keys(ko).sort()).toEqual(keys(en).sort());
    for (const key of keys(ko)) {
      const a = at(ko, key);
      const b = at(en, key);
      if (typeof a === "string" && typeof b === "string") expect([key, holes(a)]).toEqual([key, holes(b)]);
    }
  });

  it("hold every key that the code asks for by name", () => {
    for (const [name, text] of sources) {
      for (const [, key] of text.matchAll(/\bt\(\s*"([^"]+)"/g)) {
        const [tree, rest] = key?.startsWith("kit:") ? [kitKo, key.slice(4)] : [ko, key ?? ""];
        expect([name, key, typeof at(tree as Tree, rest)]).toEqual([name, key, "string"]);
      }
    }
  });

  it("are nowhere written into the code", () => {
    for (const [name, text] of sources) {
      const bare = text.replace(/\/\/.*$/gm, "").replace(/\/\*[\s\S]*?\*\//g, "");
      expect([name, bare.match(/[가-힣]+/g)]).toEqual([name, null]);
    }
  });

  it("never say that anybody is safe", () => {
    const said = [
      ...keys(ko).map((key) => at(ko, key)),
      ...keys(en).map((key) => at(en, key)),
      JSON.stringify(kitKo),
      JSON.stringify(kitEn),
    ];
    for (const text of said.flat() as string[]) {
      expect(text).not.toMatch(/안전합니다|안전함|\bis safe\b|\byou are safe\b|위험 없음|no danger/i);
    }
  });
});
