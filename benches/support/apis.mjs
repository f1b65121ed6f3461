// What a contestant is imported from, in Node. Late, since some keep the `fetch` that they find.

const IMPORTS = {
  ours: (entry) => import(entry),
  getstream: async () => (await import("getstream")).default,
  ky: async () => (await import("ky")).default,
  ofetch: async () => (await import("ofetch")).ofetch,
};

export const importApi = async (contestant, entry) => IMPORTS[contestant]?.(entry);
