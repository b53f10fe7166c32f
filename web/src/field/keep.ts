// What this device keeps, in IndexedDB: the outbox, and the number and last step of the call, so that the next step can be
// pressed after a reload without a network. No person, no place, no sentence.
import { type DBSchema, type IDBPDatabase, openDB } from "idb";
import type { OutboxStore, Press } from "./outbox";
import type { Status } from "./steps";

export interface KeptDuty {
  unitId: string;
  callSign: string;
  callId: string; // "": without a call
  status: Status;
}

interface Kept extends DBSchema {
  outbox: { key: string; value: Press };
  duty: { key: "now"; value: KeptDuty };
}

let opened: Promise<IDBPDatabase<Kept>> | null = null;

function db(): Promise<IDBPDatabase<Kept>> {
  opened ??= openDB<Kept>("haechi-field", 1, {
    upgrade(made) {
      made.createObjectStore("outbox", { keyPath: "key" });
      made.createObjectStore("duty");
    },
  });
  opened.catch(() => (opened = null));
  return opened;
}

export const outboxStore: OutboxStore = {
  all: async () => (await db()).getAll("outbox"),
  put: async (press) => void (await (await db()).put("outbox", press)),
  remove: async (key) => (await db()).delete("outbox", key),
};

export async function keptDuty(): Promise<KeptDuty | null> {
  try {
    return (await (await db()).get("duty", "now")) ?? null;
  } catch {
    return null;
  }
}

export async function keepDuty(duty: KeptDuty): Promise<void> {
  try {
    await (await db()).put("duty", duty, "now");
  } catch {
    // then the next step waits for the network after a reload
  }
}
