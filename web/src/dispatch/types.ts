// The names of the interface's messages that the desk uses.
import type { Schemas } from "../kit/api";

export type { Alarm, Alert, Call, HandOff, Incident, UnitLive } from "../kit/api";
export type Assignment = Schemas["Assignment"];
export type Destination = Schemas["Destination"];
export type Proposal = Schemas["Proposal"];
export type TimelineStep = Schemas["TimelineStep"];
export type UnitStatus = NonNullable<Assignment["status"]>;
