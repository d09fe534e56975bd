import { type Browser, chromium } from "playwright-core";

/** Debian's Chromium, without a window. Root, as which CI runs, has no sandbox to use. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-dev-shm-usage"],
  });
}
