// The theme's search, mended for screen readers: it is a dialog with a list of links. As it comes, it is a button with links inside,
// and their names are not what one sees; the key of the button is shown by the style.

const MENDED = {
  "VPLocalSearchBox.vue": [
    [`role="button"\n      :aria-owns="results?.length ? 'localsearch-list' : undefined"\n      aria-expanded="true"\n      aria-haspopup="listbox"`, 'role="dialog"\n      aria-modal="true"'],
    [`:aria-activedescendant="selectedIndex > -1 ? ('localsearch-item-' + selectedIndex) : undefined"\n            aria-autocomplete="both"`, ""],
    [`:role="results?.length ? 'listbox' : undefined"`, ""],
    [`:aria-selected="selectedIndex === index ? 'true' : 'false'"\n            role="option"`, ""],
    [`:aria-label="[...p.titles, p.title].join(' > ')"`, ""],
    ["<kbd :aria-label", '<kbd role="img" :aria-label'],
  ],
  "VPNavBarSearchButton.vue": [[">K</kbd>", "></kbd>"]],
};

/** A plugin of Vite. It fails where the theme is no longer as it was. */
export const mendedSearch = {
  name: "mended search",
  enforce: "pre",
  transform(code, id) {
    const [, name] = /theme-default\/components\/(\w+\.vue)$/.exec(id) ?? [];
    return MENDED[name]?.reduce((mended, [before, after]) => {
      if (!mended.includes(before)) throw new Error(`${name} has no ${before}`);
      return mended.replaceAll(before, after);
    }, code);
  },
};
