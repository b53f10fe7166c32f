// Keys of the console, by their place on the keyboard (event.code), so that they work in Hangul mode, too.
// Pure.

export const COMMANDS = [
  "next",
  "previous",
  "open",
  "acknowledge",
  "act",
  "shelve",
  "finish",
  "call_police",
  "device",
  "note",
  "phone_answer",
  "zoom",
  "follow",
  "jurisdictions",
  "zones",
  "table",
  "procedure",
  "mute",
  "play",
  "slower",
  "faster",
  "back",
  "forth",
  "live",
  "search",
  "help",
  "panel_1",
  "panel_2",
  "panel_3",
  "panel_4",
] as const;
export type Command = (typeof COMMANDS)[number];

interface Chord {
  code: string;
  alt?: boolean;
  ctrl?: boolean;
  shift?: boolean;
  label: string;
}

export const KEYS: Record<Command, readonly Chord[]> = {
  next: [
    { code: "KeyJ", label: "J" },
    { code: "ArrowDown", label: "↓" },
  ],
  previous: [
    { code: "KeyK", label: "K" },
    { code: "ArrowUp", label: "↑" },
  ],
  open: [{ code: "Enter", label: "Enter" }],
  acknowledge: [{ code: "KeyA", label: "A" }],
  act: [{ code: "KeyT", label: "T" }],
  shelve: [{ code: "KeyS", label: "S" }],
  finish: [{ code: "KeyX", label: "X" }],
  call_police: [{ code: "KeyC", label: "C" }],
  device: [{ code: "KeyV", label: "V" }],
  note: [{ code: "KeyN", label: "N" }],
  phone_answer: [{ code: "KeyH", label: "H" }],
  zoom: [{ code: "KeyZ", label: "Z" }],
  follow: [{ code: "KeyF", label: "F" }],
  jurisdictions: [{ code: "KeyG", label: "G" }],
  zones: [{ code: "KeyL", label: "L" }],
  table: [{ code: "KeyB", label: "B" }],
  procedure: [{ code: "KeyI", label: "I" }],
  mute: [{ code: "KeyM", label: "M" }],
  play: [{ code: "Space", label: "Space" }],
  slower: [{ code: "BracketLeft", label: "[" }],
  faster: [{ code: "BracketRight", label: "]" }],
  back: [{ code: "Comma", label: "," }],
  forth: [{ code: "Period", label: "." }],
  live: [{ code: "Home", label: "Home" }],
  search: [
    { code: "Slash", label: "/" },
    { code: "KeyK", ctrl: true, label: "Ctrl+K" },
  ],
  help: [{ code: "Slash", shift: true, label: "?" }],
  panel_1: [{ code: "Digit1", alt: true, label: "Alt+1" }],
  panel_2: [{ code: "Digit2", alt: true, label: "Alt+2" }],
  panel_3: [{ code: "Digit3", alt: true, label: "Alt+3" }],
  panel_4: [{ code: "Digit4", alt: true, label: "Alt+4" }],
};

export interface Pressed {
  code: string;
  altKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  isComposing: boolean;
  repeat: boolean;
}

// Repeating is for walking; one press of a deed is one deed.
const REPEATS: ReadonlySet<Command> = new Set(["next", "previous", "back", "forth"]);

export function commandOf(pressed: Pressed): Command | null {
  if (pressed.isComposing || pressed.metaKey) return null;
  for (const command of COMMANDS) {
    for (const chord of KEYS[command]) {
      if (chord.code !== pressed.code) continue;
      if ((chord.alt ?? false) !== pressed.altKey || (chord.ctrl ?? false) !== pressed.ctrlKey) continue;
      if ((chord.shift ?? false) !== pressed.shiftKey) continue;
      return pressed.repeat && !REPEATS.has(command) ? null : command;
    }
  }
  return null;
}

// Chords with Ctrl or Alt disturb nobody's typing and stay when single keys are switched off (WCAG 2.1.4).
export const isSingleKey = (pressed: Pressed): boolean => !pressed.ctrlKey && !pressed.altKey;

export interface Focused {
  tag: string; // lower case
  type: string; // of an input
  role: string;
  editable: boolean;
}

const SPACE_AND_ENTER: ReadonlySet<string> = new Set(["Space", "Enter"]);
const MOVES: ReadonlySet<string> = new Set(["ArrowDown", "ArrowUp", "Home"]);
const BUTTON_LIKE: ReadonlySet<string> = new Set(["button", "a", "summary"]);

// True where the key belongs to what has the focus: all keys in a text, space and enter on a button, arrows
// on a map.
export function belongsToFocus(pressed: Pressed, focused: Focused): boolean {
  if (pressed.ctrlKey) return false;
  const text =
    focused.tag === "input" && !["checkbox", "radio", "range", "button", "submit"].includes(focused.type);
  if (focused.editable || text || focused.tag === "textarea" || focused.tag === "select")
    return !pressed.altKey;
  if (
    SPACE_AND_ENTER.has(pressed.code) &&
    (BUTTON_LIKE.has(focused.tag) || focused.tag === "input" || focused.role === "tab")
  ) {
    return true;
  }
  // Home always leads back to the present, from the scrubber, too.
  if (pressed.code === "Home" && focused.tag === "input") return false;
  if (
    MOVES.has(pressed.code) &&
    (focused.tag === "input" || ["slider", "application"].includes(focused.role))
  ) {
    return true;
  }
  return false;
}
