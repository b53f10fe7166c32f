import { codes } from "../kit/codes";
import { runSurface } from "../kit/surface";
import { Page } from "./page";
import en from "./words/en.json";
import ko from "./words/ko.json";

runSurface({ words: { ko, en }, codes, topics: "alerts,positions,calls,cases", page: <Page /> });
