/** SHA-256 as lower-case hex. */
export type Hash = (content: string | Uint8Array) => string;
