// How much longer work takes here than on an idle machine, because other programs want the processor as well: 1 when there
// are none. Limits of time are for an idle machine and are stretched by it, so that a busy one proves nothing wrong.
import process from "node:process";

const SPIN_MS = 150;

export function crowding(): number {
  const [fromMs, used] = [performance.now(), process.cpuUsage()];
  while (process.cpuUsage(used).user + process.cpuUsage(used).system < SPIN_MS * 1000);
  return Math.max(1, (performance.now() - fromMs) / SPIN_MS);
}
