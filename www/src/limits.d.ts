/** From the core's rules; the build puts it in. */
declare const MAX_DATA_BYTES: number;
