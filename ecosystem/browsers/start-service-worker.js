navigator.serviceWorker.onmessage = ({ data }) => (document.documentElement.dataset.told = data);
try {
  await navigator.serviceWorker.register("service-worker.js", { type: "module" });
  const { active } = await navigator.serviceWorker.ready;
  active.postMessage(location.search);
} catch (error) {
  document.documentElement.dataset.told = String(error);
}
