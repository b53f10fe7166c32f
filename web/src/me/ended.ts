// Why the last view closed, for as long as nothing newer is known. Holds a word of the protocol and a time, nobody's data.
import type { PictureStore } from "../kit/picture-store";
import type { Ended } from "./status";

const kept = new WeakMap<PictureStore, Ended>();

export const ended = {
  of: (picture: PictureStore): Ended | null => kept.get(picture) ?? null,
  watch(picture: PictureStore): void {
    picture.onViewClosed = (closed) => void kept.set(picture, { reason: closed.reason ?? "", atMs: Date.now() });
  },
};
