// Builds the web surfaces into dist/: types from the server's own description, the base map, one bundle per surface, and
// compressed copies beside every text. `node tools/build.mjs --openapi FILE [control dispatch field me court cases account]`.
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import process from "node:process";
import zlib from "node:zlib";
import { build } from "vite";
import { serviceWorker } from "./service-worker.mjs";

const here = path.dirname(import.meta.dirname);
const dist = path.join(here, "dist");
const SURFACES = ["control", "dispatch", "field", "me", "court", "cases", "account"];
const WORKERS = ["field", "me", "cases"];
const words = process.argv.slice(2);
const at = words.indexOf("--openapi");
const description = at >= 0 ? words.splice(at, 2)[1] : path.join(here, "generated", "openapi.json");
const chosen = words.length > 0 ? words : SURFACES;

function run(program, ...args) {
  execFileSync(process.execPath, [path.join(here, program), ...args], { cwd: here, stdio: "inherit" });
}

// Small text files are sent compressed without costing the server anything.
function compress(folder) {
  for (const entry of fs.readdirSync(folder, { withFileTypes: true, recursive: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (!entry.isFile() || !/\.(html|js|mjs|css|json|svg|webmanifest)$/.test(entry.name)) continue;
    const bytes = fs.readFileSync(file);
    if (bytes.length < 1024) continue;
    const quality = { [zlib.constants.BROTLI_PARAM_QUALITY]: 9 };
    fs.writeFileSync(`${file}.br`, zlib.brotliCompressSync(bytes, { params: quality }));
    fs.writeFileSync(`${file}.gz`, zlib.gzipSync(bytes, { level: 9 }));
  }
}

fs.mkdirSync(path.join(here, "generated"), { recursive: true });
run("node_modules/openapi-typescript/bin/cli.js", description, "--output", path.join(here, "generated", "api.ts"));
run("tools/basemap.mjs", "--out", path.join(dist, "map"));
for (const surface of chosen) {
  process.env.SURFACE = surface;
  await build({ configFile: path.join(here, "vite.config.ts"), logLevel: "warn" });
  if (WORKERS.includes(surface)) await serviceWorker(here, surface);
  compress(path.join(dist, surface));
}
compress(path.join(dist, "map"));
for (const file of ["index.html", "index.css", "browser.js"]) fs.copyFileSync(path.join(here, "src", file), path.join(dist, file));
