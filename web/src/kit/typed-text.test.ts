// What people type stays text on every page: no page makes markup, script, style or an address of it. React writes text as
// text; what could write something else is looked for in the source of every page, so that none comes in unseen.
import fs from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { addressOf } from "../legal/where";

const SRC = path.dirname(import.meta.dirname);
const sources = fs
  .readdirSync(SRC, { recursive: true, encoding: "utf8" })
  .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name) && !name.includes(`dev${path.sep}`))
  .map((name) => ({ name, text: fs.readFileSync(path.join(SRC, name), "utf8") }));

// Where a text could become something else.
const SINKS: [string, RegExp][] = [
  ["markup", /dangerouslySetInnerHTML|\.(?:inner|outer)HTML\b|insertAdjacentHTML|document\.write|createContextualFragment|DOMParser|srcDoc/g],
  ["script", /\beval\(|new Function\(|setTimeout\(\s*["'`]|createElement\(["']script/g],
  ["a window", /window\.open\(|\bopen\(["'`]/g],
];
// Addresses that pages lead to: what they begin with is ours, or they are the server's own word.
const LEADS = [
  /^`(?:tel|sms):\$\{\w+\}(?:\?body=\$\{encodeURIComponent\(\w+\)\})?`$/,
  /^`\/\$\{home\}\/`$/,
  /^`\/api\/v1\/sign-in\/providers\/\$\{one\.id \?\? ""\}\?surface=\$\{surface\}`$/, // an id of the configuration: a-z, 0-9, '-'
  /^addressOf\(/,
  /^text$/, // me/shell.tsx: useTextHref(), which begins with "sms:"
  /^asked\.totp_uri$/, // made by this node
];

describe("what people type", () => {
  it("is looked for in every page", () => {
    expect(sources.length).toBeGreaterThan(150);
  });

  it.each(SINKS)("becomes no %s", (_, sink) => {
    expect(sources.flatMap(({ name, text }) => [...text.matchAll(sink)].map((found) => `${name}: ${found[0]}`))).toEqual([]);
  });

  it("is no address that a page leads to", () => {
    const leads = sources.flatMap(({ name, text }) =>
      [...text.matchAll(/\b(?:href|src|action|formAction)=\{((?:[^{}]|\{[^{}]*\})*)\}/g)].map((found) => ({ name, to: (found[1] ?? "").trim() })),
    );
    expect(leads.length).toBeGreaterThan(10);
    expect(leads.filter(({ to }) => !LEADS.some((lead) => lead.test(to)))).toEqual([]);
  });

  it("leads nowhere but to a page of ours where it is part of an address", () => {
    for (const typed of ["javascript:alert(1)", "//elsewhere", "../../x", "a#b/c", "<b>", "\u0000", '"'])
      expect(addressOf("case", typed)).toMatch(/^#\/case\/[A-Za-z0-9%._~!*'()-]+$/);
  });
});
