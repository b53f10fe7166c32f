// Unit tests of the browser code that need no browser.
import { defineConfig } from "vitest/config";

export default defineConfig({
  define: { __SURFACE__: JSON.stringify("control") },
  test: { include: ["src/**/*.test.ts", "src/**/*.test.tsx"], environment: "node" },
});
