// What is asked about cases is asked again when the server says that cases changed: soon, but not by every screen at one
// moment. The slow rhythm is only a net under it.
import { useEffect, useState, useSyncExternalStore } from "react";
import { type Loaded, useLoaded } from "../kit/load";
import { useLive } from "../kit/surface";

const FIRST_MS = 100;
const SPREAD_MS = 500;
const NET_MS = 60_000;

// Grows some time after cases changed; what changes meanwhile is in it.
function useCaseNews(): number {
  const { picture } = useLive();
  const said = useSyncExternalStore(picture.subscribe, () => picture.casesVersion);
  const [news, setNews] = useState(said);
  const behind = said !== news;
  useEffect(() => {
    if (!behind) return;
    const timer = setTimeout(() => setNews(picture.casesVersion), FIRST_MS + SPREAD_MS * Math.random());
    return () => clearTimeout(timer);
  }, [behind, picture]);
  return news;
}

// `everyMs`: for what also holds things that are of no case, and so are not told of.
export function useCases<T>(key: string | null, load: () => Promise<T>, { version = "", everyMs = NET_MS } = {}): Loaded<T> {
  const news = useCaseNews();
  return useLoaded(key, load, everyMs, `${version} ${news}`);
}
