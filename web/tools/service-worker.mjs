// Bundles a surface's service worker and tells it the files of its shell, so that the page opens without a network.
import fs from "node:fs";
import path from "node:path";
import crypto from "node:crypto";
import { build } from "vite";

export async function serviceWorker(here, surface) {
  const source = path.join(here, "src", surface, "sw.ts");
  if (!fs.existsSync(source)) return;
  const folder = path.join(here, "dist", surface);
  const files = fs
    .readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && !/\.(br|gz|map)$/.test(entry.name) && entry.name !== "sw.js")
    .map((entry) => path.join(entry.parentPath, entry.name));
  const shell = files.map((file) => ({
    url: `/${surface}/${path.relative(folder, file)}`.replace(/\/index\.html$/, "/"),
    revision: crypto.createHash("sha256").update(fs.readFileSync(file)).digest("hex").slice(0, 16),
  }));
  await build({
    configFile: false,
    logLevel: "warn",
    root: here,
    define: { __SHELL__: JSON.stringify(shell), "process.env.NODE_ENV": '"production"' },
    build: {
      outDir: folder,
      emptyOutDir: false,
      target: "es2022",
      lib: { entry: source, formats: ["iife"], name: "worker", fileName: () => "sw.js" },
    },
  });
}
