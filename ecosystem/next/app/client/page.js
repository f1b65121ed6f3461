"use client";
import { useEffect } from "react";
import * as api from "user-handle";
import { run } from "../../program.mjs";

let running; // In development React runs each effect twice.

export default function Page() {
  useEffect(() => {
    running ??= run(api, location.search).then((told) => {
      document.documentElement.dataset.told = told;
    });
  }, []);
  return <p>…</p>;
}
