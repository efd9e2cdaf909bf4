export type ProfileRow = number
export type ProductRow = number

/** Milliseconds UTC. */
export type Clock = () => number
/** Fills bytes from a cryptographic source. */
export type RandomBytes = (bytes: Uint8Array) => void
