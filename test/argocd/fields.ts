import {
  configurationFields,
  kustomizationFields,
  pluginFields,
  replacementShape,
} from "../../src/argocd/kustomize-fields.ts";
import { map, type Role, type Shape } from "../../src/argocd/shape.ts";

/** A field that holds no others. */
export interface Leaf {
  /** Dotted, with `[]` for an element of a list. */
  path: string;
  kind: string;
  /** What it names, where it names something that a renderer reads. */
  role: Role | undefined;
}

/** The fields of all files that make kustomize read others, by the type of the file. */
export const leaves: Readonly<Record<string, readonly Leaf[]>> = {
  Kustomization: leavesOf(map(kustomizationFields)),
  Replacement: leavesOf(replacementShape),
  configuration: leavesOf(map(configurationFields)),
  ...Object.fromEntries(Object.entries(pluginFields).map(([kind, fields]) => [kind, leavesOf(map(fields))])),
};

function leavesOf(shape: Shape, path = ""): Leaf[] {
  switch (shape.is) {
    case "map":
      return Object.entries(shape.fields).flatMap(([key, inner]) =>
        leavesOf(inner, path === "" ? key : `${path}.${key}`),
      );
    case "list":
      return leavesOf(shape.of, `${path}[]`);
    case "refused":
      return leavesOf(shape.type === "list" ? { is: "list", of: { is: "text" } } : { is: "text" }, path);
    default:
      return [{ path, kind: shape.is, role: shape.is === "text" ? shape.role : undefined }];
  }
}
