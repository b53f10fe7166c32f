// Who looked and when, over what is shown: on every photograph of it. Lets every press through.
import { useEffect, useRef } from "react";
import { serverNowMs } from "./clock";
import { clockTime } from "./format";

const ACROSS_PX = 190;
const BETWEEN_PX = 40; // two names, at least
const DOWN_PX = 114;
const SHIFT_PX = 60; // of every other row, so that no strip of the picture is without it

export function Watermark({ name }: { name: string }) {
  const ref = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const canvas = ref.current;
    if (!canvas) return undefined;
    const draw = (): void => {
      const c = canvas.getContext("2d");
      const { clientWidth: width, clientHeight: height } = canvas;
      if (!c) return;
      const ratio = devicePixelRatio || 1;
      canvas.width = width * ratio;
      canvas.height = height * ratio;
      c.scale(ratio, ratio);
      c.rotate(-0.35);
      c.font = "600 15px system-ui, sans-serif";
      c.fillStyle = "rgb(128 140 152 / 17%)";
      const text = `${name} ${clockTime(serverNowMs()).slice(0, 5)}`;
      const across = Math.max(ACROSS_PX, c.measureText(text).width + BETWEEN_PX);
      for (let row = 0; row * DOWN_PX < height + width; row += 1) {
        for (let x = -height; x < width; x += across) c.fillText(text, x + (row % 2) * SHIFT_PX, row * DOWN_PX);
      }
    };
    const sized = new ResizeObserver(draw); // draws at once
    sized.observe(canvas);
    const timer = setInterval(draw, 60_000);
    return () => {
      clearInterval(timer);
      sized.disconnect();
    };
  }, [name]);
  return <canvas ref={ref} className="watermark" aria-hidden="true" data-viewer={name} />;
}
