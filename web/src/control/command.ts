// The command line: "A-12 a" acknowledges, "go EM-0007" shows, anything else is searched for. Pure.
import type { Deed } from "./queue-model";

export type Typed =
  | { what: "nothing" }
  | { what: "search"; text: string }
  | { what: "go"; text: string }
  | { what: "deed"; deed: Deed; text: string };

const DEEDS: Record<string, Deed> = { a: "acknowledge", t: "act", s: "shelve", x: "resolve", c: "close" };

export function read(line: string): Typed {
  const text = line.trim().replace(/\s+/g, " ");
  if (!text) return { what: "nothing" };
  const go = /^go (.+)$/i.exec(text);
  if (go?.[1]) return { what: "go", text: go[1] };
  const deed = /^(\S+) ([atsxc])$/i.exec(text);
  const named = deed?.[2] ? DEEDS[deed[2].toLowerCase()] : undefined;
  if (deed?.[1] && named) return { what: "deed", deed: named, text: deed[1] };
  return { what: "search", text };
}

// The open alert whose id is, ends with or holds `text`; null when none or several of the best kind do.
export function findAlert(ids: Iterable<string>, text: string): string | null {
  const wanted = text.toLowerCase();
  const all = [...ids];
  for (const fits of [
    (id: string) => id === wanted,
    (id: string) => id.endsWith(wanted),
    (id: string) => id.includes(wanted),
  ]) {
    const found = all.filter((id) => fits(id.toLowerCase()));
    if (found.length === 1) return found[0] ?? null;
    if (found.length > 1) return null;
  }
  return null;
}
