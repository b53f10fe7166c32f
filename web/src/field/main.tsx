import { runSurface } from "../kit/surface";
import { Page } from "./page";
import en from "./words/en.json";
import ko from "./words/ko.json";

runSurface({ words: { ko, en }, topics: "alerts,positions,calls", page: <Page /> });
