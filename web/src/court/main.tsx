import { codes } from "../kit/codes";
import { Pulse } from "../kit/pulse";
import { runSurface } from "../kit/surface";
import { Page } from "./page";
import en from "./words/en.json";
import ko from "./words/ko.json";

runSurface({ words: { ko, en }, codes, topics: "", line: (handlers) => new Pulse(handlers), page: <Page /> });
