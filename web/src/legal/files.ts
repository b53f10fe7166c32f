// Files as the server takes and gives them: base64 in JSON, or what it makes as a whole.
import type { Problem } from "../kit/api";
import { ApiFailure } from "../kit/load";
import { surface } from "../kit/session";

export async function bytesOf(file: Blob): Promise<string> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = "";
  const STEP = 0x8000; // more arguments than that are too many for one call
  for (let at = 0; at < bytes.length; at += STEP) text += String.fromCharCode(...bytes.subarray(at, at + STEP));
  return btoa(text);
}

export function save(name: string, type: string, base64: string): void {
  const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
  give(name, new Blob([bytes], { type }));
}

// A file that the server makes as a whole: no JSON. With a body it is asked for by POST.
export async function download(path: string, name: string, body?: object): Promise<void> {
  const headers = { "Haechi-Surface": surface, ...(body ? { "Content-Type": "application/json" } : {}) };
  const asked = body ? { method: "POST", body: JSON.stringify(body) } : {};
  const answer = await fetch(path, { cache: "no-store", headers, ...asked }).catch(() => null);
  if (!answer) throw new ApiFailure(0, "no_answer", "");
  if (answer.status === 202) throw new ApiFailure(202, "asks_second", "");
  if (answer.ok) return give(name, await answer.blob());
  const problem = (await answer.json().catch(() => ({}))) as Partial<Problem>;
  throw new ApiFailure(answer.status, problem.code ?? "", problem.reason ?? "");
}

function give(name: string, file: Blob): void {
  const address = URL.createObjectURL(file);
  const anchor = document.createElement("a");
  anchor.href = address;
  anchor.download = name;
  anchor.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
