const worker = new Worker(`worker.js${location.search}`, { type: "module" });
worker.onmessage = ({ data }) => (document.documentElement.dataset.told = data);
worker.onerror = ({ message }) => (document.documentElement.dataset.told = message);
