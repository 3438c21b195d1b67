/** The forms in which `check`, `explain` and `diff` print, the default first. */
export const CHECK_FORMATS = ["diff", "github", "sarif"] as const;
export const EXPLAIN_FORMATS = ["table", "markdown", "mermaid", "json", "svg"] as const;
export const DIFF_FORMATS = ["table", "markdown"] as const;
