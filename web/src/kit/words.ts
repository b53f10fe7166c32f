// Words: every sentence a person reads, in Korean and English. Code holds keys only.
import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { surface as here } from "./session";
import en from "./words/en.json";
import ko from "./words/ko.json";

export const LANGUAGES = ["ko", "en"] as const;
export type Language = (typeof LANGUAGES)[number];

type Words = Record<string, unknown>;

const LANGUAGE_KEY = "haechi.language"; // says nothing about anybody
// The protected person's app leaves nothing behind on the phone, not even this; there the address says it.
const KEEPS = here !== "me";

function firstLanguage(): Language {
  const asked = new URLSearchParams(location.search).get("lang");
  if (asked === "ko" || asked === "en") return asked;
  try {
    const kept = KEEPS ? localStorage.getItem(LANGUAGE_KEY) : null;
    if (kept === "ko" || kept === "en") return kept;
  } catch {
    // storage may be switched off; then the browser's language has to do
  }
  return navigator.language.startsWith("ko") ? "ko" : "en";
}

// Once, before the first paint. `surface` becomes the default namespace.
// `codes`: names of kinds and states, for the surfaces of those at work.
export function setUpWords(surface: { ko: Words; en: Words }, codes: { ko: Words; en: Words } = { ko: {}, en: {} }): void {
  void i18next.use(initReactI18next).init({
    lng: firstLanguage(),
    fallbackLng: false,
    ns: ["surface", "kit"],
    defaultNS: "surface",
    fallbackNS: "kit",
    resources: {
      ko: { surface: surface.ko, kit: { ...ko, ...codes.ko } },
      en: { surface: surface.en, kit: { ...en, ...codes.en } },
    },
    interpolation: { escapeValue: false },
    initAsync: false,
    showSupportNotice: false, // an advertisement in every operator's console
    returnNull: false,
  });
  for (const [namespace, words] of early.splice(0)) addWords(namespace, words);
  document.documentElement.lang = i18next.language;
  i18next.on("languageChanged", (language) => {
    document.documentElement.lang = language;
    if (!KEEPS) return;
    try {
      localStorage.setItem(LANGUAGE_KEY, language);
    } catch {
      // then it is asked of the browser again next time
    }
  });
}

// Words of a part with a namespace of its own, such as the map; also of one that is loaded before the words are set up.
const early: [string, { ko: Words; en: Words }][] = [];
export function addWords(namespace: string, words: { ko: Words; en: Words }): void {
  if (!i18next.isInitialized) return void early.push([namespace, words]);
  i18next.addResourceBundle("ko", namespace, words.ko, true, true);
  i18next.addResourceBundle("en", namespace, words.en, true, true);
}

export const language = (): Language => (i18next.language === "ko" ? "ko" : "en");
export const setLanguage = (to: Language): void => void i18next.changeLanguage(to);
