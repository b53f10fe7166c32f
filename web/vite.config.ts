// One build per surface (SURFACE=control|dispatch|field|me|court|cases|account), so that each has its own folder, scope and service worker.
import react from "@vitejs/plugin-react";
import path from "node:path";
import { defineConfig } from "vite";

const surface = process.env.SURFACE ?? "control";
const here = import.meta.dirname;

export default defineConfig({
  root: path.join(here, "src", surface),
  base: `/${surface}/`,
  publicDir: path.join(here, "src", surface, "public"),
  plugins: [react()],
  define: { __SURFACE__: JSON.stringify(surface) },
  worker: { format: "es" },
  build: {
    outDir: path.join(here, "dist", surface),
    emptyOutDir: true,
    target: "es2022",
    assetsInlineLimit: 0,
    sourcemap: false,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 2000,
  },
});
