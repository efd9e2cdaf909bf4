/** What a command reads and writes; a test brings its own. */
export interface Terminal {
  /** The answer: text for people, or one JSON document. */
  out(text: string): void
  /** Everything that is said about the work: progress, hints, errors. */
  err(text: string): void
  readonly errIsTTY: boolean
  readonly inIsTTY: boolean
  /** Asks for a line. */
  ask(question: string): Promise<string>
}
