// The line of the surfaces of those who decide: /live tells them that cases changed; who may see no case has a pulse instead.
import type { Line, LiveHandlers } from "../kit/live";
import { Pulse } from "../kit/pulse";
import type { Capabilities } from "../kit/session";

export const lineOf = (who: Capabilities, handlers: LiveHandlers): Line | undefined =>
  (who.actions ?? []).includes("see_case") ? undefined : new Pulse(handlers);
