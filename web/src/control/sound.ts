// What the console sounds like: three tones while a critical alert waits, one for an alert, two for alarms about the work.
import { CRITICAL, type Lasting, LOST, type Pattern, Speaker } from "../kit/speaker";

const ALERT: Pattern = [{ hz: 740, atS: 0, lastsS: 0.22 }];
const WORK: Pattern = [
  { hz: 988, atS: 0, lastsS: 0.12 },
  { hz: 988, atS: 0.18, lastsS: 0.12 },
];

export class Sound extends Speaker {
  critical = false; // some critical alert waits

  alert(): void {
    this.once(ALERT);
  }

  work(): void {
    this.once(WORK);
  }

  protected override lasting(): Lasting[] {
    return [
      { name: "lost", holds: this.lost, pattern: LOST, everyMs: 8000 },
      { name: "critical", holds: this.critical, pattern: CRITICAL, everyMs: 5000 },
    ];
  }
}
