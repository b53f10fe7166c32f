// Words: both languages say everything, code says nothing by itself, and nothing she reads promises safety.
import fs from "node:fs";
import path from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const source = path.dirname(import.meta.dirname);
const HANGUL = /[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]/;
const PLURAL = /_(zero|one|two|few|many|other)$/;

// ---- the catalogues

type Flat = Map<string, string>;

function flatten(words: object, into: Flat = new Map(), before = ""): Flat {
  for (const [key, value] of Object.entries(words) as [string, unknown][]) {
    if (typeof value === "object" && value !== null) flatten(value, into, `${before}${key}.`);
    else into.set(before + key, String(value));
  }
  return into;
}

const rooms = fs.readdirSync(source).filter((room) => fs.existsSync(path.join(source, room, "words")));
// A part that is loaded later may have a file of its own: sheets.ko.json beside ko.json.
function catalogue(room: string, language: string): Flat {
  const folder = path.join(source, room, "words");
  const said: Flat = new Map();
  for (const name of fs.readdirSync(folder).filter((each) => each.split(".").slice(-2).join(".") === `${language}.json`)) {
    flatten(JSON.parse(fs.readFileSync(path.join(folder, name), "utf8")) as object, said);
  }
  return said;
}
const words = new Map(rooms.map((room) => [room, { ko: catalogue(room, "ko"), en: catalogue(room, "en") }]));
const singular = (flat: Flat) => [...new Set([...flat.keys()].map((key) => key.replace(PLURAL, "")))].sort();
const blanks = (sentence: string) => [...sentence.matchAll(/{{\s*([\w.]+)/g)].map((found) => found[1]).sort().join(" ");

describe.each(rooms)("the words of %s", (room) => {
  const { ko, en } = words.get(room) ?? { ko: new Map<string, string>(), en: new Map<string, string>() };

  it("are the same keys in Korean and in English", () => {
    expect(ko.size).toBeGreaterThan(0);
    expect(singular(en)).toEqual(singular(ko));
  });

  it("are never empty", () => {
    const empty = [...ko, ...en].filter(([, sentence]) => sentence.trim() === "").map(([key]) => key);
    expect(empty).toEqual([]);
  });

  it("leave the same blanks to be filled in", () => {
    const differing = [...ko].filter(([key, sentence]) => en.has(key) && blanks(sentence) !== blanks(en.get(key) ?? ""));
    expect(differing.map(([key]) => key)).toEqual([]);
  });

  // Words with a meaning of their own to i18next: a blank called `lng` would choose the language.
  it("name no blank that the library takes for an order", () => {
    const taken = [...ko, ...en].filter(([, sentence]) => /{{\s*(lng|lngs|ns|context|replace|defaultValue|ordinal|keySeparator)\s*[},]/.test(sentence));
    expect(taken.map(([key]) => key)).toEqual([]);
  });

  it("are English in the English file", () => {
    const korean = [...en].filter(([key, sentence]) => HANGUL.test(sentence) && !/(^|[._])ko$/.test(key));
    expect(korean).toEqual([]);
  });
});

// ---- what the code says

interface Read {
  file: string;
  keys: { key: string; whole: boolean }[]; // whole: the key itself; else only how it begins
  namespaces: string[];
  texts: string[];
}

// Names of keys and of the time zone, alike in every language.
const NAMES = /^(Esc|Enter|Space|Home|End|Tab|Ctrl|Shift|Alt|KST)$/;
const SHOWN = new Set(["aria-label", "aria-description", "aria-roledescription", "aria-valuetext", "title", "placeholder", "alt", "label"]);

function calledT(node: ts.CallExpression): boolean {
  const called = node.expression;
  return (ts.isIdentifier(called) && called.text === "t") || (ts.isPropertyAccessExpression(called) && called.name.text === "t");
}

function readKey(node: ts.Expression, into: Read["keys"]): void {
  if (ts.isStringLiteralLike(node)) into.push({ key: node.text, whole: true });
  else if (ts.isTemplateExpression(node)) into.push({ key: node.head.text, whole: false });
  else if (ts.isConditionalExpression(node)) {
    readKey(node.whenTrue, into);
    readKey(node.whenFalse, into);
  } else if (ts.isArrayLiteralExpression(node)) node.elements.forEach((element) => readKey(element, into));
  else if (ts.isParenthesizedExpression(node)) readKey(node.expression, into);
}

function read(file: string): Read {
  const out: Read = { file: path.relative(source, file), keys: [], namespaces: [], texts: [] };
  const parsed = ts.createSourceFile(file, fs.readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true,
    file.endsWith("x") ? ts.ScriptKind.TSX : ts.ScriptKind.TS);
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node)) {
      const first = node.arguments[0];
      if (first && calledT(node)) readKey(first, out.keys);
      if (first && ts.isStringLiteralLike(first) && ts.isIdentifier(node.expression) && node.expression.text === "useTranslation") {
        out.namespaces.push(first.text);
      }
    }
    if (ts.isJsxText(node) && /\p{L}{2,}/u.test(node.text) && !NAMES.test(node.text.trim())) out.texts.push(node.text.trim());
    if (ts.isJsxAttribute(node) && SHOWN.has(node.name.getText(parsed)) && node.initializer
      && ts.isStringLiteral(node.initializer) && /\p{L}{2,}/u.test(node.initializer.text)) out.texts.push(node.initializer.text);
    if ((ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node))
      && HANGUL.test(node.text)) out.texts.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(parsed);
  return out;
}

const files = fs
  .readdirSync(source, { withFileTypes: true, recursive: true })
  .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !/\.(test|d)\.tsx?$/.test(entry.name))
  .map((entry) => path.join(entry.parentPath, entry.name))
  .filter((file) => !file.includes(`${path.sep}dev${path.sep}`)); // pages to try a part alone; never built
const reads = files.map(read);

function isKnown(key: string, whole: boolean, room: string, namespaces: string[]): boolean {
  const colon = key.indexOf(":");
  const bare = colon < 0 ? key : key.slice(colon + 1);
  const named = colon < 0 ? null : key.slice(0, colon);
  const shared = !words.has(room) || room === "kit" || room === "map" || room === "legal" || room === "watch";
  // Shared rooms may ask the surface they are in: then every surface must have the word.
  const surfaces = shared ? ["control", "dispatch", "field", "me", "court", "cases", "account"] : [room];
  const groups =
    named === "surface" ? surfaces.map((surface) => [surface])
    : named ? [[named]]
    : [[...namespaces, room, "kit"]];
  return groups.every((group) =>
    group.some((name) => {
      const flat = words.get(name === "surface" ? room : name)?.ko;
      if (!flat) return false;
      if (whole) return flat.has(bare) || [...flat.keys()].some((held) => PLURAL.test(held) && held.replace(PLURAL, "") === bare);
      return [...flat.keys()].some((held) => held.startsWith(bare));
    }),
  );
}

describe("the code", () => {
  it("is read at all", () => {
    expect(reads.reduce((sum, each) => sum + each.keys.length, 0)).toBeGreaterThan(20);
  });

  it("asks for no word that does not exist", () => {
    const missing = reads.flatMap(({ file, keys, namespaces }) =>
      keys
        .filter(({ key, whole }) => !isKnown(key, whole, file.split(path.sep)[0] ?? "", namespaces))
        .map(({ key }) => `${file}: ${key}`),
    );
    expect(missing).toEqual([]);
  });

  it("holds no sentence of its own and no Hangul", () => {
    const found = reads.flatMap(({ file, texts }) => texts.map((text) => `${file}: ${text}`));
    expect(found).toEqual([]);
  });
});

// ---- what a protected person reads

// The only ways in which the word may occur: where to go, and that not knowing is no safety.
const ALLOWED = [
  /(does|do) not mean (that )?(you|she|it) (are|is) safe/gi, /\b(a |the |to )?safe places?\b/gi, /safe(ly)? to (call|talk|write)/gi,
  /안전하다는 뜻(이|은) 아닙니다/g, /안전한 (곳|장소)/g, /안전하게 (연락|통화)/g,
];
const FORBIDDEN = [/\bsafe\b/i, /\bsafety\b/i, /\bno danger\b/i, /\bnot (in|a) danger\b/i, /\ball clear\b/i, /\bnothing to worry\b/i,
  /\bsecure\b/i, /\bOK\b/, /안전/, /안심/, /위험(이|은) 없/, /위험하지 않/, /이상 없/, /괜찮습니다/];

describe("what a protected person reads", () => {
  const promises = (sentence: string): boolean => {
    const rest = ALLOWED.reduce((left, pattern) => left.replace(pattern, ""), sentence);
    return FORBIDDEN.some((pattern) => pattern.test(rest));
  };

  it("is judged by a rule that can fail", () => {
    expect(promises("You are safe.")).toBe(true);
    expect(promises("지금은 안전합니다.")).toBe(true);
    expect(promises("위험이 없습니다.")).toBe(true);
    expect(promises("Unknown. This does not mean you are safe. Move to a safe place.")).toBe(false);
    expect(promises("알 수 없습니다. 안전하다는 뜻이 아닙니다.")).toBe(false);
  });

  it("never promises that she is safe", () => {
    const said = ["me", "kit"].flatMap((room) => [...(words.get(room)?.ko ?? []), ...(words.get(room)?.en ?? [])]);
    expect(said.filter(([, sentence]) => promises(sentence))).toEqual([]);
  });
});
