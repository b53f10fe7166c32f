// One build per surface (SURFACE=control|dispatch|field|me|court|cases|account), so that each has its own folder, scope and service worker.
import react from "@vitejs/plugin-react";
import path from "node:path";
import { defineConfig, type Plugin } from "vite";

const surface = process.env.SURFACE ?? "control";
const here = import.meta.dirname;

// Every page says so when a browser lacks what it relies on, or runs no scripts.
const browserCheck: Plugin = {
  name: "browser-check",
  transformIndexHtml: {
    order: "post",
    handler: () => [
      { tag: "script", attrs: { defer: true, src: "/browser.js" }, injectTo: "head" },
      {
        tag: "noscript",
        children: '<p lang="ko">이 화면에는 JavaScript가 필요합니다.</p><p lang="en">This page needs JavaScript.</p>',
        injectTo: "body-prepend",
      },
    ],
  },
};

export default defineConfig({
  root: path.join(here, "src", surface),
  base: `/${surface}/`,
  publicDir: path.join(here, "src", surface, "public"),
  plugins: [react(), browserCheck],
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
