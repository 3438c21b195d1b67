/**
 * What the schema says, as plain data: `table.ts` holds it for the whole function config. It is what a run works with,
 * because loading zod takes longer than all that a run has to validate.
 */

/** What a value must be. */
export type Shape = MapShape | ListShape | LabelsShape | TextShape | NumberShape | ChoiceShape | OtherShape;

/** The words for a kind of value, as in `Rule` of the schema. */
interface Words {
  expected?: string;
  example?: unknown;
  mend?: Mend;
}

/** The usual slips: capital letters, an address without the length of its prefix, a path that does not start at the root. */
export type Mend = "lower case" | "prefix length" | "leading slash";

/** A map with fields of its own. */
export interface MapShape extends Words {
  type: "object";
  fields: Readonly<Record<string, FieldShape>>;
  /** True where other keys are let through as well. */
  isOpen?: true;
}

/** A field of a map: what it must be, and what its absence means. */
export interface FieldShape {
  shape: Shape;
  /** `filled`: a map that is there with the defaults of its fields; `default`: `defaultValue` stands in. */
  absence: "error" | "nothing" | "default" | "filled";
  defaultValue?: unknown;
  description?: string;
  examples?: readonly unknown[];
  whenAbsent?: string;
  /** The sibling that this field stands in for. */
  insteadOf?: string;
}

/** A list of values of one kind. */
export interface ListShape extends Words {
  type: "array";
  element: Shape;
}

/** A map of at least one key, with keys that a person chooses. */
export interface LabelsShape extends Words {
  type: "record";
  key: Shape;
  value: Shape;
}

/** A text; each pattern is the source of a regular expression without flags. */
export interface TextShape extends Words {
  type: "string";
  maxLength?: number;
  patterns?: readonly string[];
  /** An IPv6 range in CIDR form, which takes more than a pattern. */
  format?: "cidrv6";
}

/** A whole number. */
export interface NumberShape extends Words {
  type: "number";
  least: number;
  most: number;
}

/** One of several texts. */
export interface ChoiceShape extends Words {
  type: "enum";
  values: readonly string[];
}

/** The rest: true or false, one text alone, or whatever one of several shapes takes. */
export type OtherShape =
  | ({ type: "boolean" } & Words)
  | ({ type: "literal"; value: string } & Words)
  | ({ type: "union"; options: readonly Shape[] } & Words);
