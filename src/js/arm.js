// A callback that can be taken back for good. Whoever was given it may call it late all the same, a timer of a test's
// making for instance; what it called is gone by then, and calling that would end the module.

export function arm(callback) {
  let live = callback;
  const fire = (event) => live?.(event);
  fire.disarm = () => { live = undefined; };
  return fire;
}
