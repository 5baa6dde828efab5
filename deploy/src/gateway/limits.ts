/** Milliseconds without a byte in either direction after which a service is taken to be stuck. */
export const idleLimit = 120_000;

/** Bytes that the headers of a message may have, in either direction. Services have limits of their own, and say so. */
export const maxHeaderSize = 128 * 1024;
