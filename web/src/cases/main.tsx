import { codes } from "../kit/codes";
import { runSurface } from "../kit/surface";
import { lineOf } from "../legal/line";
import { Page } from "./page";
import en from "./words/en.json";
import ko from "./words/ko.json";

runSurface({ words: { ko, en }, codes, topics: "cases", line: lineOf, page: <Page /> });
