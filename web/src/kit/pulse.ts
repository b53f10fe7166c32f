// Pulse: whether the server is there, for those to whom /live tells nothing, such as an auditor who reads statistics.
import { learnServerTime } from "./clock";
import type { Line, Link, LiveHandlers } from "./live";

const EVERY_MS = 3000;
const ANSWER_MS_MAX = 5000;

export class Pulse implements Line {
  link: Link = { state: "connecting", sinceMs: Date.now(), heardAtMs: 0, lagMs: null, tries: 0 };
  private timer: ReturnType<typeof setTimeout> | undefined;
  private ended = false;

  constructor(private readonly handlers: LiveHandlers) {
    void this.beat();
  }

  // Nothing of it goes over this line.
  readonly send = (): boolean => false;
  readonly shown = (): void => undefined;
  readonly startOver = (): void => this.retryNow();

  retryNow(): void {
    clearTimeout(this.timer);
    void this.beat();
  }

  close(): void {
    this.ended = true;
    clearTimeout(this.timer);
  }

  private async beat(): Promise<void> {
    const there = await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(ANSWER_MS_MAX) }).then(
      (answer) => {
        const said = Date.parse(answer.headers.get("date") ?? "");
        if (Number.isFinite(said)) learnServerTime(said * 1000);
        return answer.ok;
      },
      () => false,
    );
    if (this.ended) return;
    const state = there ? "live" : "lost";
    const changed = state !== this.link.state;
    this.link = {
      state, lagMs: null,
      sinceMs: changed ? Date.now() : this.link.sinceMs,
      heardAtMs: there ? Date.now() : this.link.heardAtMs,
      tries: there ? 0 : this.link.tries + 1,
    };
    if (changed || !there) this.handlers.link(this.link);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.beat(), EVERY_MS);
  }
}
