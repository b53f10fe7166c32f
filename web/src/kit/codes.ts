// Names of kinds and states, for the surfaces of those at work: the protected person's app does without them.
import en from "./words/codes.en.json";
import ko from "./words/codes.ko.json";

export const codes = { ko, en };
