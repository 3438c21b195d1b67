/** What is wrong with a value and what to do, each one clause, neither with any part of the value: the value may be a Secret's. */
export interface Fault {
  cause: string;
  remedy: string;
}
