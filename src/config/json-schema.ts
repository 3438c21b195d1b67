/** The function config as JSON Schema, for editors and for the command `intercept-backends schema`. */
import * as z from "zod/mini";
import { interceptBackends, notes } from "./schema.ts";

/**
 * The JSON Schema (draft 2020-12) of a whole InterceptBackends object, with descriptions, examples and defaults.
 * It says what `readSettings` accepts, but for YAML's null, which there means the same as an absent field.
 */
export function functionConfigJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(interceptBackends, {
    target: "draft-2020-12",
    io: "input",
    metadata: notes,
    override: ({ zodSchema, jsonSchema }) => {
      const { def } = zodSchema._zod;
      // The schema's maps with free keys are those of labels; that they may not be empty is a check zod cannot translate.
      if (def.type === "record") jsonSchema.minProperties = 1;
      for (const [key, field] of Object.entries(def.type === "object" ? def.shape : {})) {
        // Of fields that stand in for a sibling: both together are refused.
        const sibling = notes.get(field)?.insteadOf;
        if (sibling) jsonSchema.not = { required: [sibling, key] };
      }
      const { whenAbsent } = jsonSchema;
      if (typeof whenAbsent === "string") jsonSchema.description += ` When absent: ${whenAbsent}.`;
      delete jsonSchema["whenAbsent"];
      delete jsonSchema["insteadOf"];
    },
  });
  return {
    $schema,
    $id: "https://intercept-backends.dev/schema/v1alpha1.json",
    title: "InterceptBackends",
    description: "Settings of the KRM function intercept-backends.",
    ...(JSON.parse(JSON.stringify(schema)) as object),
  };
}
