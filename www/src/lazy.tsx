// A component whose code is fetched when it is first shown.

import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";

export function lazy<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  let loaded: ComponentType<Props> | undefined;
  return function Lazy(props: Props) {
    const [Loaded, show] = useState<ComponentType<Props> | undefined>(() => loaded);
    const [problem, tell] = useState("");
    useEffect(() => {
      if (loaded !== undefined) return;
      load().then(
        (component) => {
          loaded = component;
          show(() => component);
        },
        () => tell("A part of this page could not be loaded. Load the page again."),
      );
    }, []);
    if (problem) return <p class="card problem" role="alert">{problem}</p>;
    return Loaded ? <Loaded {...props} /> : null;
  };
}
