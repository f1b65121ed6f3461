// As templates for Cloudflare have it, without a plugin that knows WebAssembly; CONDITIONS are those that packages are resolved by.
const { CONDITIONS } = process.env;

export default {
  ssr: { target: "webworker", noExternal: true, ...(CONDITIONS && { resolve: { conditions: CONDITIONS.split(",") } }) },
};
