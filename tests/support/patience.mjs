/** In milliseconds. Longer than anything in the tests takes, on any machine: it ends what would hang. */
export const PATIENCE = 300_000;
