// Three times in a row: the sign to leave and the sign to come back.
const TIMES = 3;

// Three of something within a span of time: true at the third, and then it counts anew.
export function thrice(withinMs: number): (nowMs: number) => boolean {
  let at: number[] = [];
  return (nowMs) => {
    at = [...at.filter((each) => nowMs - each < withinMs), nowMs];
    if (at.length < TIMES) return false;
    at = [];
    return true;
  };
}
