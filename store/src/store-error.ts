/** The store cannot be opened or is damaged; the message says what is lost and what mends it. */
export class StoreError extends Error {}
