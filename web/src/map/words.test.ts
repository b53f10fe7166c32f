import { expect, test } from "vitest";
import en from "./words/en.json";
import ko from "./words/ko.json";

const keys = (of: object, before = ""): string[] =>
  Object.entries(of).flatMap(([key, value]) =>
    typeof value === "object" && value !== null ? keys(value as object, `${before}${key}.`) : [`${before}${key}`],
  );

test("the map speaks both languages completely", () => {
  expect(keys(ko).sort()).toEqual(keys(en).sort());
});

test("the map calls nothing safe", () => {
  expect(JSON.stringify([ko, en])).not.toMatch(/안전|\bsafe\b/i);
});
