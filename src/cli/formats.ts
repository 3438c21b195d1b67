/** The forms in which `check`, `explain` and `diff` print, the default first. */
export const CHECK_FORMATS = ["diff", "github", "sarif"] as const;
export const EXPLAIN_FORMATS = ["table", "markdown", "mermaid", "json", "svg", "html"] as const;
export const DIFF_FORMATS = ["table", "markdown"] as const;

/** The shells that there is a completion for. */
export const SHELLS = ["bash", "zsh", "fish"] as const;
