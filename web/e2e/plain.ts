// One line per test, then one line that counts them, last of all.
import type { FullResult, Reporter, TestCase, TestResult } from "@playwright/test/reporter";

export default class Plain implements Reporter {
  private passed = 0;
  private failed = 0;
  private skipped = 0;

  onTestEnd(test: TestCase, result: TestResult): void {
    const name = test.titlePath().filter(Boolean).join(" › ");
    const took = `${(result.duration / 1000).toFixed(1)} s`;
    if (result.status === "skipped") this.skipped += 1;
    else if (test.outcome() === "unexpected") this.failed += 1;
    else this.passed += 1;
    const word = result.status === "skipped" ? "skip" : test.outcome() === "unexpected" ? "FAIL" : "ok  ";
    console.log(`${word} ${name} (${took})`);
    for (const error of word === "FAIL" ? result.errors : []) console.log(error.stack ?? error.message ?? String(error.value));
    for (const chunk of [...result.stdout, ...result.stderr]) process.stdout.write(chunk);
  }

  onError(error: { message?: string; stack?: string }): void {
    this.failed += 1;
    console.log(error.stack ?? error.message);
  }

  onEnd(result: FullResult): void {
    if (result.status !== "passed" && this.failed === 0) this.failed += 1; // stopped from outside
    console.log(`${this.passed} passed, ${this.failed} failed, ${this.skipped} skipped`);
  }

  printsToStdio(): boolean {
    return true;
  }
}
