/** The forms in which `check` and `explain` print, the default first. */
export const CHECK_FORMATS = ["diff", "github", "sarif"] as const;
export const EXPLAIN_FORMATS = ["table", "markdown", "mermaid", "json", "svg"] as const;
