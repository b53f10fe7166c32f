// The mass of tracks as one WebGL draw call: points with a picture each out of one strip. Coordinates go to the card as
// single-precision offsets from an origin near the view, so that nothing trembles at street zoom; the view is put on in the
// shader from our own numbers, not the map library's matrix.
import type { CustomLayerInterface } from "maplibre-gl";
import { SHAPES, type TrackPlan } from "./plan";
import { type View, worldSize } from "./projection";
import { dotStrip } from "./shapes";
import type { MapTheme } from "./theme";

const STRIDE = 12; // two floats and the picture's number
const FAR = 0.004; // map coordinates: from here the origin follows the view

const VERTEX = `#version 300 es
in vec2 place;
in float picture;
uniform vec2 middle;
uniform vec2 scale;
uniform float box;
flat out float which;
void main() {
  gl_Position = vec4((place - middle) * scale, 0.0, 1.0);
  gl_PointSize = box;
  which = picture;
}`;
const FRAGMENT = `#version 300 es
precision mediump float;
uniform sampler2D strip;
flat in float which;
out vec4 colour;
void main() {
  vec2 at = gl_PointCoord;
  vec4 found = texture(strip, vec2((which + at.x) / ${SHAPES}.0, at.y));
  if (found.a < 0.02) discard;
  colour = found;
}`;

interface Made {
  gl: WebGL2RenderingContext;
  program: WebGLProgram;
  buffer: WebGLBuffer;
  vertices: WebGLVertexArrayObject;
  texture: WebGLTexture;
  middle: WebGLUniformLocation | null;
  scale: WebGLUniformLocation | null;
  box: WebGLUniformLocation | null;
}

export class TrackLayer implements CustomLayerInterface {
  readonly id = "tracks";
  readonly type = "custom";
  readonly renderingMode = "2d";
  view: View | null = null;
  plan: TrackPlan | null = null;
  private made: Made | null = null;
  private theme: MapTheme | null = null;
  private shapesDirty = true;
  private boxPx = 1;
  private room = 0;
  private bytes = new ArrayBuffer(0);
  private shown = 0;
  private generation = -1;
  private origin: [number, number] = [0, 0];

  constructor(private readonly ratio: number) {}

  setTheme(theme: MapTheme): void {
    this.theme = theme;
    this.shapesDirty = true;
  }

  onAdd(_map: unknown, gl: WebGL2RenderingContext | WebGLRenderingContext): void {
    if (!(gl instanceof WebGL2RenderingContext)) throw new Error("WebGL 2 is needed");
    const program = link(gl);
    const buffer = gl.createBuffer();
    const vertices = gl.createVertexArray();
    const texture = gl.createTexture();
    if (!buffer || !vertices || !texture) throw new Error("no room in the graphics card");
    gl.bindVertexArray(vertices);
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.enableVertexAttribArray(0);
    gl.vertexAttribPointer(0, 2, gl.FLOAT, false, STRIDE, 0);
    gl.enableVertexAttribArray(1);
    gl.vertexAttribPointer(1, 1, gl.UNSIGNED_BYTE, false, STRIDE, 8);
    gl.bindVertexArray(null);
    const uniform = (name: string): WebGLUniformLocation | null => gl.getUniformLocation(program, name);
    this.made = {
      gl,
      program,
      buffer,
      vertices,
      texture,
      middle: uniform("middle"),
      scale: uniform("scale"),
      box: uniform("box"),
    };
    this.shapesDirty = true;
    this.generation = -1;
    this.room = 0;
  }

  onRemove(): void {
    if (!this.made) return;
    const { gl, program, buffer, vertices, texture } = this.made;
    gl.deleteProgram(program);
    gl.deleteBuffer(buffer);
    gl.deleteVertexArray(vertices);
    gl.deleteTexture(texture);
    this.made = null;
  }

  render(): void {
    const { made, view, plan } = this;
    if (!made || !view || !plan) return;
    const { gl } = made;
    if (this.shapesDirty) this.putShapes(made);
    const far = Math.abs(view.x - this.origin[0]) > FAR || Math.abs(view.y - this.origin[1]) > FAR;
    if (this.generation !== plan.generation || (far && view.zoom > 10)) this.fill(made, view, plan);
    if (this.shown === 0) return;
    const size = worldSize(view.zoom);
    gl.useProgram(made.program);
    gl.bindVertexArray(made.vertices);
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_2D, made.texture);
    gl.uniform2f(made.middle, view.x - this.origin[0], view.y - this.origin[1]);
    gl.uniform2f(made.scale, (2 * size) / view.width, (-2 * size) / view.height);
    gl.uniform1f(made.box, this.boxPx);
    gl.disable(gl.DEPTH_TEST);
    gl.disable(gl.STENCIL_TEST);
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.drawArrays(gl.POINTS, 0, this.shown);
    gl.bindVertexArray(null);
  }

  private fill(made: Made, view: View, plan: TrackPlan): void {
    if (this.bytes.byteLength < plan.count * STRIDE) this.bytes = new ArrayBuffer(plan.x.length * STRIDE);
    const floats = new Float32Array(this.bytes);
    const bytes = new Uint8Array(this.bytes);
    this.origin = [view.x, view.y];
    const { x, y, shape } = plan;
    let n = 0;
    for (let row = 0; row < plan.count; row += 1) {
      const which = shape[row] as number;
      if (which >= SHAPES) continue;
      floats[n * 3] = (x[row] as number) - view.x;
      floats[n * 3 + 1] = (y[row] as number) - view.y;
      bytes[n * STRIDE + 8] = which;
      n += 1;
    }
    this.shown = n;
    this.generation = plan.generation;
    const { gl } = made;
    gl.bindBuffer(gl.ARRAY_BUFFER, made.buffer);
    if (this.room < this.bytes.byteLength) {
      gl.bufferData(gl.ARRAY_BUFFER, this.bytes.byteLength, gl.DYNAMIC_DRAW);
      this.room = this.bytes.byteLength;
    }
    gl.bufferSubData(gl.ARRAY_BUFFER, 0, bytes, 0, n * STRIDE);
  }

  private putShapes({ gl, texture }: Made): void {
    if (!this.theme) return;
    const { box, pixels } = dotStrip(this.theme, this.ratio);
    const data = new Uint8Array(pixels.data.buffer.slice(0));
    for (let i = 0; i < data.length; i += 4) {
      const alpha = (data[i + 3] ?? 0) / 255;
      for (let k = 0; k < 3; k += 1) data[i + k] = Math.round((data[i + k] ?? 0) * alpha);
    }
    gl.bindTexture(gl.TEXTURE_2D, texture);
    gl.pixelStorei(gl.UNPACK_PREMULTIPLY_ALPHA_WEBGL, false);
    gl.pixelStorei(gl.UNPACK_FLIP_Y_WEBGL, false);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 4);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, pixels.width, pixels.height, 0, gl.RGBA, gl.UNSIGNED_BYTE, data);
    for (const [name, value] of [
      [gl.TEXTURE_MIN_FILTER, gl.NEAREST],
      [gl.TEXTURE_MAG_FILTER, gl.NEAREST],
      [gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE],
      [gl.TEXTURE_WRAP_T, gl.CLAMP_TO_EDGE],
    ] as const) {
      gl.texParameteri(gl.TEXTURE_2D, name, value);
    }
    this.boxPx = box;
    this.shapesDirty = false;
  }
}

function link(gl: WebGL2RenderingContext): WebGLProgram {
  const program = gl.createProgram();
  for (const [kind, source] of [
    [gl.VERTEX_SHADER, VERTEX],
    [gl.FRAGMENT_SHADER, FRAGMENT],
  ] as const) {
    const shader = gl.createShader(kind);
    if (!shader) throw new Error("no shader");
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS)) throw new Error(gl.getShaderInfoLog(shader) ?? "shader");
    gl.attachShader(program, shader);
  }
  gl.bindAttribLocation(program, 0, "place");
  gl.bindAttribLocation(program, 1, "picture");
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(program) ?? "program");
  return program;
}
