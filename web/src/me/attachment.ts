// A file of hers for the court. Photographs are drawn anew, smaller: so that they fit, and so that the place and the phone that
// a camera writes into them do not leave with them.
import { bytesOf } from "../legal/files";

export const FILES_MAX = 8;
export const BYTES_MAX = 600_000; // of all files of a petition
const SIDE_MAX_PX = 1400;
const QUALITY = 0.72;

export interface Attachment {
  name: string;
  media_type: string;
  content: string; // base64
  size: number;
}

export class FileProblem extends Error {
  constructor(readonly what: "many" | "big" | "kind") {
    super(what);
  }
}

const PLAIN = ["application/pdf", "text/plain", "audio/mp4"];

export async function attachmentOf(file: File): Promise<Attachment> {
  const name = file.name.slice(0, 60);
  if (/^image\/(jpeg|png)$/.test(file.type)) {
    const drawn = await drawnAnew(file);
    return { name: name.replace(/\.\w+$/, "") + ".jpg", media_type: "image/jpeg", content: await bytesOf(drawn), size: drawn.size };
  }
  if (!PLAIN.includes(file.type)) throw new FileProblem("kind");
  if (file.size > BYTES_MAX) throw new FileProblem("big");
  return { name, media_type: file.type, content: await bytesOf(file), size: file.size };
}

async function drawnAnew(file: Blob): Promise<Blob> {
  const picture = await createImageBitmap(file);
  const scale = Math.min(1, SIDE_MAX_PX / Math.max(picture.width, picture.height));
  const canvas = new OffscreenCanvas(Math.max(1, Math.round(picture.width * scale)), Math.max(1, Math.round(picture.height * scale)));
  const context = canvas.getContext("2d");
  if (!context) throw new FileProblem("kind");
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY });
}
