// Keys by their place, and whom they belong to.
import { describe, expect, it } from "vitest";
import { belongsToFocus, COMMANDS, commandOf, isSingleKey, KEYS, type Pressed } from "./shortcuts";

const press = (code: string, more: Partial<Pressed> = {}): Pressed => ({
  code,
  altKey: false,
  ctrlKey: false,
  metaKey: false,
  shiftKey: false,
  isComposing: false,
  repeat: false,
  ...more,
});
const body = { tag: "body", type: "", role: "", editable: false };

describe("a key", () => {
  it("is known by its place, whatever letter it types", () => {
    expect(commandOf(press("KeyA"))).toBe("acknowledge"); // types ㅁ in Hangul mode
    expect(commandOf(press("Slash", { shiftKey: true }))).toBe("help");
    expect(commandOf(press("Slash"))).toBe("search");
    expect(commandOf(press("KeyK", { ctrlKey: true }))).toBe("search");
    expect(commandOf(press("KeyK"))).toBe("previous");
    expect(commandOf(press("Digit3", { altKey: true }))).toBe("panel_3");
  });

  it("means nothing with other modifiers or while a syllable is being composed", () => {
    expect(commandOf(press("KeyA", { ctrlKey: true }))).toBeNull();
    expect(commandOf(press("KeyA", { metaKey: true }))).toBeNull();
    expect(commandOf(press("KeyA", { isComposing: true }))).toBeNull();
  });

  it("held down walks, but does nothing twice", () => {
    expect(commandOf(press("KeyJ", { repeat: true }))).toBe("next");
    expect(commandOf(press("KeyA", { repeat: true }))).toBeNull();
  });

  it("stands for one command only", () => {
    const chords = COMMANDS.flatMap((command) =>
      KEYS[command].map(
        (chord) => `${chord.code}|${chord.alt ?? false}|${chord.ctrl ?? false}|${chord.shift ?? false}`,
      ),
    );
    expect(new Set(chords).size).toBe(chords.length);
  });

  it("is a single key unless Ctrl or Alt is held", () => {
    expect(isSingleKey(press("KeyA"))).toBe(true);
    expect(isSingleKey(press("KeyK", { ctrlKey: true }))).toBe(false);
  });
});

describe("what has the focus", () => {
  it("keeps all keys in a text", () => {
    const text = { ...body, tag: "input", type: "text" };
    expect(belongsToFocus(press("KeyA"), text)).toBe(true);
    expect(belongsToFocus(press("KeyA"), { ...body, editable: true })).toBe(true);
    expect(belongsToFocus(press("KeyK", { ctrlKey: true }), text)).toBe(false);
  });

  it("keeps space and enter on a button, but not letters", () => {
    const button = { ...body, tag: "button" };
    expect(belongsToFocus(press("Space"), button)).toBe(true);
    expect(belongsToFocus(press("Enter"), button)).toBe(true);
    expect(belongsToFocus(press("KeyA"), button)).toBe(false);
  });

  it("keeps arrows on the map and on the scrubber", () => {
    expect(belongsToFocus(press("ArrowDown"), { ...body, role: "application" })).toBe(true);
    expect(belongsToFocus(press("ArrowDown"), { ...body, tag: "input", type: "range" })).toBe(true);
    expect(belongsToFocus(press("Home"), { ...body, tag: "input", type: "range" })).toBe(false);
    expect(belongsToFocus(press("Home"), { ...body, tag: "input", type: "text" })).toBe(true);
    expect(belongsToFocus(press("ArrowDown"), { ...body, role: "listbox" })).toBe(false);
    expect(belongsToFocus(press("KeyJ"), { ...body, role: "application" })).toBe(false);
  });
});
