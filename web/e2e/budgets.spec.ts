// How much a surface makes a browser load before it is of use. Compressed sizes of what the build made.
import fs from "node:fs";
import path from "node:path";
import zlib from "node:zlib";
import { expect, test } from "@playwright/test";
import { PAGES } from "./server";

const KB = 1000;
const weigh = (file: string): number => zlib.gzipSync(fs.readFileSync(file), { level: 9 }).length;

// The scripts of the first screen: those the page names and all they import outright; what is loaded later is not in it.
function firstScripts(surface: string): string[] {
  const folder = path.join(PAGES, surface);
  const page = fs.readFileSync(path.join(folder, "index.html"), "utf8");
  const found = new Set<string>();
  const visit = (file: string): void => {
    if (found.has(file) || !fs.existsSync(file)) return;
    found.add(file);
    const text = fs.readFileSync(file, "utf8");
    for (const [, name] of text.matchAll(/(?:import|from)\s*["'](\.\.?\/[^"']+\.js)["']/g)) {
      if (name) visit(path.join(path.dirname(file), name));
    }
  };
  for (const [, name] of page.matchAll(/(?:src|href)="\/[^/"]+\/([^"]+\.js)"/g)) if (name) visit(path.join(folder, name));
  return [...found];
}

const allScripts = (surface: string): string[] =>
  fs
    .readdirSync(path.join(PAGES, surface), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.m?js$/.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name));

for (const [surface, which, limitKb] of [
  ["me", "first", 110],
  ["field", "first", 180],
  ["control", "all", 700],
  ["dispatch", "all", 700],
] as const) {
  test(`/${surface}/ keeps to its budget: ${which === "first" ? "first screen" : "all scripts"} within ${limitKb} kB`, () => {
    const files = which === "first" ? firstScripts(surface) : allScripts(surface);
    const sum = files.reduce((total, file) => total + weigh(file), 0);
    console.log(`     ${surface} ${which}: ${(sum / KB).toFixed(1)} kB of ${limitKb} kB in ${files.length} files`);
    expect(files.length).toBeGreaterThan(0);
    expect(sum).toBeLessThanOrEqual(limitKb * KB);
  });
}

test("pages load nothing but their own files: no address of anywhere else is in what was built", () => {
  const named: string[] = [];
  for (const surface of ["control", "dispatch", "field", "me"]) {
    const page = fs.readFileSync(path.join(PAGES, surface, "index.html"), "utf8");
    for (const [, address] of page.matchAll(/(?:src|href)="([^"]+)"/g)) {
      if (address && !address.startsWith("/") && !address.startsWith("./") && !address.startsWith("data:")) named.push(`${surface}: ${address}`);
    }
  }
  expect(named).toEqual([]);
});
