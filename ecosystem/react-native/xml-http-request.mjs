// As much of XMLHttpRequest as whatwg-fetch asks for, which is how React Native's `fetch` reaches its native networking.

import { request } from "node:http";

export class XMLHttpRequest {
  readyState = 0;
  status = 0;
  #headers = {};

  open(method, url) {
    this.method = method;
    this.responseURL = url;
  }

  setRequestHeader(name, value) {
    this.#headers[name] = value;
  }

  send(body) {
    const options = { method: this.method, headers: this.#headers };
    const sent = request(this.responseURL, options, async (response) => {
      this.status = response.statusCode;
      this.statusText = response.statusMessage;
      this.lines = Object.entries(response.headers).map(([name, value]) => `${name}: ${value}`);
      const pieces = [];
      for await (const piece of response) pieces.push(piece);
      this.responseText = this.response = Buffer.concat(pieces).toString();
      this.readyState = 4;
      this.onreadystatechange?.();
      this.onload?.();
    });
    sent.on("error", () => this.onerror?.());
    this.abort = () => {
      sent.destroy();
      this.onabort?.();
    };
    sent.end(body ?? undefined);
  }

  getAllResponseHeaders() {
    return this.lines.join("\r\n");
  }
}
