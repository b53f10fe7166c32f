// A press on a row of a list that moves. The browser gives a click to what stands under the pointer when it is let go, and
// to nothing when that has changed meanwhile: here the row that was pressed is the row that is meant. Moving away before
// letting go still gives it up.
import { type MouseEvent, type PointerEvent, useEffect, useMemo, useRef } from "react";

const AWAY_PX = 12;

export interface Pressed {
  key: string;
  pointer: number;
  x: number;
  y: number;
}

export const sameSpot = (pressed: Pressed, up: { pointerId: number; clientX: number; clientY: number }): boolean =>
  up.pointerId === pressed.pointer && Math.hypot(up.clientX - pressed.x, up.clientY - pressed.y) <= AWAY_PX;

const keyAt = (target: EventTarget): string | null =>
  target instanceof Element ? (target.closest("[data-row]")?.getAttribute("data-row") ?? null) : null;

export function usePress(act: (key: string) => void) {
  const newest = useRef(act);
  newest.current = act;
  const pressed = useRef<Pressed | null>(null);
  useEffect(() => {
    const up = (event: globalThis.PointerEvent) => {
      const held = pressed.current;
      if (!held || event.pointerId !== held.pointer) return;
      pressed.current = null;
      if (event.type === "pointerup" && sameSpot(held, event)) newest.current(held.key);
    };
    addEventListener("pointerup", up);
    addEventListener("pointercancel", up);
    return () => {
      removeEventListener("pointerup", up);
      removeEventListener("pointercancel", up);
    };
  }, []);
  return useMemo(
    () => ({
      down: (event: PointerEvent) => {
        const key = event.button === 0 ? keyAt(event.target) : null;
        pressed.current = key === null ? null : { key, pointer: event.pointerId, x: event.clientX, y: event.clientY };
      },
      // Only of a screen reader and the like: they click without a pointer.
      click: (event: MouseEvent) => {
        const key = event.detail === 0 ? keyAt(event.target) : null;
        if (key !== null) newest.current(key);
      },
    }),
    [],
  );
}
