// What the desk sounds like: a pattern by the code of a call that nobody here has looked at yet, and one for alarms about the
// work that lasts as long as they do.
import { CRITICAL, type Lasting, LOST, type Pattern, Speaker } from "../kit/speaker";

const CODE_1: Pattern = [
  { hz: 740, atS: 0, lastsS: 0.2 },
  { hz: 932, atS: 0.26, lastsS: 0.2 },
];
const LESSER: Pattern = [{ hz: 622, atS: 0, lastsS: 0.22 }];
const WORK: Pattern = [
  { hz: 988, atS: 0, lastsS: 0.12 },
  { hz: 494, atS: 0.16, lastsS: 0.2 },
  { hz: 988, atS: 0.4, lastsS: 0.12 },
];

export class Sound extends Speaker {
  waitingCode: number | null = null; // the gravest of a call not looked at yet
  work = false; // alarms about the work stand

  arrived(code: number): void {
    if (code > 1) this.once(LESSER);
  }

  protected override lasting(): Lasting[] {
    return [
      { name: "lost", holds: this.lost, pattern: LOST, everyMs: 8000 },
      { name: "code0", holds: this.waitingCode === 0, pattern: CRITICAL, everyMs: 5000 },
      { name: "work", holds: this.work, pattern: WORK, everyMs: 8000 },
      { name: "code1", holds: this.waitingCode === 1, pattern: CODE_1, everyMs: 15_000 },
    ];
  }
}
