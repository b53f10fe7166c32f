// The clock of playback: a moment in a span that runs at a chosen speed and stops at the end. Pure; the
// caller says how much real time has passed.

export const SPEEDS = [0.5, 1, 2, 5, 10, 30, 60] as const;

export interface Span {
  fromMs: number;
  toMs: number;
}

export interface PlaybackClock extends Span {
  atMs: number;
  speed: number;
  playing: boolean;
}

export function startClock(span: Span, atMs = span.fromMs): PlaybackClock {
  return { ...span, atMs: clamp(span, atMs), speed: 1, playing: false };
}

const clamp = (span: Span, atMs: number): number => Math.min(span.toMs, Math.max(span.fromMs, atMs));

export function tick(clock: PlaybackClock, elapsedMs: number): PlaybackClock {
  if (!clock.playing || elapsedMs <= 0) return clock;
  // A page that slept for a minute must not jump an hour: what nobody saw was not played.
  const atMs = clamp(clock, clock.atMs + Math.min(elapsedMs, 1000) * clock.speed);
  return { ...clock, atMs, playing: atMs < clock.toMs };
}

export const seek = (clock: PlaybackClock, atMs: number): PlaybackClock => ({
  ...clock,
  atMs: clamp(clock, atMs),
});

// Playing on from the end begins anew.
export function toggle(clock: PlaybackClock): PlaybackClock {
  if (clock.playing) return { ...clock, playing: false };
  return { ...clock, playing: true, atMs: clock.atMs >= clock.toMs ? clock.fromMs : clock.atMs };
}

export function changeSpeed(clock: PlaybackClock, step: 1 | -1): PlaybackClock {
  const at = SPEEDS.findIndex((speed) => speed >= clock.speed);
  const next = SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, (at < 0 ? SPEEDS.length - 1 : at) + step))];
  return { ...clock, speed: next ?? clock.speed };
}

// Share of the span that has been played, 0..1.
export function share(clock: PlaybackClock): number {
  const length = clock.toMs - clock.fromMs;
  return length > 0 ? (clock.atMs - clock.fromMs) / length : 0;
}
