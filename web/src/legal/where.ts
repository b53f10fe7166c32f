// Which page is open, in the address behind '#': back and forward work, and nothing of it reaches the server.
import { useSyncExternalStore } from "react";

export interface Where {
  page: string;
  id: string;
}

const listen = (listener: () => void): (() => void) => {
  addEventListener("hashchange", listener);
  return () => removeEventListener("hashchange", listener);
};

export function useWhere(): Where {
  const hash = useSyncExternalStore(listen, () => location.hash);
  const [page = "", id = ""] = hash.startsWith("#/") ? hash.slice(2).split("/") : [];
  return { page, id: decodeURIComponent(id) };
}

export const isElsewhere = (): boolean => location.hash.startsWith("#/");
export const addressOf = (page: string, id = ""): string => `#/${page}${id ? `/${encodeURIComponent(id)}` : ""}`;
export const go = (page: string, id = ""): void => void (location.hash = addressOf(page, id));
// A history entry of its own would make "back" a trap.
export const leave = (): void => {
  history.replaceState(null, "", location.pathname + location.search);
  dispatchEvent(new HashChangeEvent("hashchange"));
};
