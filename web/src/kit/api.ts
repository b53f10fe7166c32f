// The REST interface, typed from the server's own description.
import createClient from "openapi-fetch";
import type { components, paths } from "../../generated/api";
import { surface } from "./session";

export type Schemas = components["schemas"];
export type Alert = Schemas["Alert"];
export type AlertRecord = Schemas["AlertRecord"];
export type Ledger = Schemas["Ledger"];
export type Incident = Schemas["Incident"];
export type HandOff = Schemas["HandOff"];
export type Call = Schemas["Call"];
export type Alarm = Schemas["Alarm"];
export type View = Schemas["View"];
export type UnitLive = Schemas["UnitLive"];
export type UnitState = Schemas["UnitState"];
export type LivePosition = Schemas["LivePosition"];
export type TrackPoint = Schemas["TrackPoint"];
export type Place = Schemas["Place"];
export type Problem = Schemas["Problem"];

export const api = createClient<paths>({ baseUrl: "/", headers: { "Haechi-Surface": surface }, cache: "no-store" });

// For a request that may be sent again: the same key has the same effect once.
export const newKey = (): string => crypto.randomUUID();

export const degrees = (e7: number | undefined): number => (e7 ?? 0) / 1e7;
export const lngLat = (place: Place): [number, number] => [degrees(place.lng_e7), degrees(place.lat_e7)];
