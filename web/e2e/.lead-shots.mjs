import { chromium } from "@playwright/test";
import fs from "node:fs";
const log = fs.readFileSync("/tmp/lead-demo.log", "utf8");
const url = (p) => log.match(new RegExp(`http://127.0.0.1:18080/${p}/#key=\\w+`))[0];
const when = process.argv[2];
const b = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox","--disable-quic","--no-first-run","--disable-background-networking","--disable-component-update","--disable-sync"] });
const open = async (p, w, h, opts = {}) => { const c = await b.newContext({ viewport: { width: w, height: h }, locale: opts.lang ?? "ko-KR", colorScheme: opts.theme ?? "dark", deviceScaleFactor: 1, ...opts.ctx }); const pg = await c.newPage(); pg.on("console", m => { if (m.type()==="error") console.log(p, m.text()); }); pg.on("pageerror", e => console.log(p, "PAGEERROR", e.message)); await pg.goto(url(p)); return pg; };
const pages = { control: await open("control", 1600, 900), dispatch: await open("dispatch", 1366, 768, { theme: "light", lang: "en-GB" }), me: await open("me", 390, 844, { theme: "light" }), field: await open("field", 412, 915) };
for (const s of (process.argv[3] ?? "8").split(",")) {
  await new Promise(r => setTimeout(r, Number(s) * 1000));
  for (const [n, p] of Object.entries(pages)) await p.screenshot({ path: `/tmp/lead/${n}-${when}-${s}.png` }).catch(e => console.log(n, e.message));
}
await b.close();
