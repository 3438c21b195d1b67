/** What a text names, where it names something that a renderer reads. */
export type Role =
  | "resource"
  | "base"
  | "component"
  | "plugin"
  | "patch or file"
  | "file"
  | "keyed file"
  | "replacements"
  | "configuration"
  | "values file"
  | "chart home"
  | "chart"
  | "remote";

/** What a value has to be; a field that is in no map of fields is refused. */
export type Shape =
  | { is: "text"; role?: Role; pattern?: RegExp }
  | { is: "flag" }
  | { is: "number" }
  | { is: "data" }
  | { is: "texts" }
  | { is: "list"; of: Shape }
  | { is: "map"; fields: Fields }
  | { is: "refused"; type: Exclude<Shape["is"], "refused" | "map">; why: string };

/** The fields that a map may have. */
export type Fields = Readonly<Record<string, Shape>>;

export const text: Shape = { is: "text" };
export const flag: Shape = { is: "flag" };
export const number: Shape = { is: "number" };
export const data: Shape = { is: "data" };
/** A map from text to text. */
export const texts: Shape = { is: "texts" };
export const listOf = (of: Shape): Shape => ({ is: "list", of });
export const map = (fields: Fields): Shape => ({ is: "map", fields });
export const naming = (role: Role): Shape => ({ is: "text", role });
export const matching = (pattern: RegExp): Shape => ({ is: "text", pattern });
export const refused = (why: string, type: "text" | "list" | "flag" = "text"): Shape => ({ is: "refused", type, why });
