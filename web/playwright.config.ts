// The screens in Debian's Chromium against the real server, nothing from outside of this machine. Those of `clocks` compare
// times, so they run one after another (`--workers 1`); of the others two files at a time, each with a server of its own.
import { defineConfig } from "@playwright/test";

const CLOCKS = /(console|help|line|paint)\.spec\.ts/;

export default defineConfig({
  testDir: "e2e",
  outputDir: "test-results",
  fullyParallel: false,
  workers: 2,
  projects: [
    { name: "screens", testIgnore: CLOCKS },
    { name: "clocks", testMatch: CLOCKS },
  ],
  retries: 0,
  timeout: 60_000,
  globalTimeout: 14 * 60_000,
  expect: { timeout: 10_000 },
  reporter: [["./e2e/plain.ts"]],
  use: {
    locale: "ko-KR",
    timezoneId: "Asia/Seoul",
    serviceWorkers: "allow",
    actionTimeout: 10_000,
    navigationTimeout: 20_000,
    launchOptions: {
      executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
      args: [
        "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
        "--disable-sync", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
      ],
    },
  },
});
