// Which engine draws: WebGL only where a real graphics card does it. Software renderers draw a WebGL frame in 100-400 ms
// (measured), so there the Canvas-2D map is the better one, not a makeshift.

export type EngineName = "webgl" | "canvas";

export interface GraphicsFound {
  webgl2: boolean;
  renderer: string; // "" when the browser does not say
}

const SOFTWARE = /swiftshader|llvmpipe|softpipe|basic render|software rasterizer|swr\b/i;
const LOST_WITHIN_MS = 60_000;

export const isSoftware = (renderer: string): boolean => SOFTWARE.test(renderer);

// What the address or the person asked for wins, except that WebGL cannot be had where there is none.
export function chooseEngine(asked: string | null, found: GraphicsFound): EngineName {
  if (!found.webgl2) return "canvas";
  if (asked === "webgl" || asked === "canvas") return asked;
  return isSoftware(found.renderer) ? "canvas" : "webgl";
}

// Counts lost WebGL contexts: after the first the map is built again, after a second within a minute WebGL is given up.
export class LossCounter {
  private readonly at: number[] = [];

  lost(nowMs: number): "rebuild" | "give-up" {
    this.at.push(nowMs);
    return this.at.filter((one) => nowMs - one <= LOST_WITHIN_MS).length >= 2 ? "give-up" : "rebuild";
  }
}

export function findGraphics(): GraphicsFound {
  try {
    const canvas = document.createElement("canvas");
    const gl = canvas.getContext("webgl2");
    if (!gl) return { webgl2: false, renderer: "" };
    const named = gl.getExtension("WEBGL_debug_renderer_info");
    const renderer = String(gl.getParameter(named ? named.UNMASKED_RENDERER_WEBGL : gl.RENDERER) ?? "");
    gl.getExtension("WEBGL_lose_context")?.loseContext(); // browsers keep few contexts
    return { webgl2: true, renderer };
  } catch {
    return { webgl2: false, renderer: "" };
  }
}
