/**
 * The part that all pages have: how a page and its host speak, and how it writes what it is told. Names come
 * from guests and whoever made them: they are set as text and never as HTML. Nothing is loaded from anywhere.
 */
export const BRIDGE = String.raw`
function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) element.setAttribute(name, value);
  for (const child of children) if (child !== undefined && child !== null) element.append(child);
  return element;
}

function at(id) {
  return document.getElementById(id);
}

const host = (() => {
  const asked = new Map();
  const context = {};
  let capabilities = {};
  let handlers = {};
  let last = 0;
  const post = (message) => parent.postMessage({ jsonrpc: "2.0", ...message }, "*");

  function request(method, params) {
    const id = ++last;
    return new Promise((resolve, reject) => {
      asked.set(id, { resolve, reject });
      post({ id, method, params });
    });
  }

  function settle({ id, result, error }) {
    const { resolve, reject } = asked.get(id) ?? {};
    asked.delete(id);
    if (error) reject?.(new Error(String(error.message)));
    else resolve?.(result ?? {});
  }

  function answer({ id, method }) {
    const known = method === "ping" || method === "ui/resource-teardown";
    post(known ? { id, result: {} } : { id, error: { code: -32601, message: "Method not found" } });
  }

  function follow(changed) {
    Object.assign(context, changed);
    const root = document.documentElement;
    const { theme, styles, safeAreaInsets: insets } = context;
    if (theme === "light" || theme === "dark") root.style.colorScheme = theme;
    for (const [name, value] of Object.entries(styles?.variables ?? {})) {
      if (name.startsWith("--") && value) root.style.setProperty(name, value);
    }
    if (insets) {
      const sides = [insets.top, insets.right, insets.bottom, insets.left];
      document.body.style.padding = sides.map((side) => (Number(side) || 0) + "px").join(" ");
    }
    root.lang = language();
  }

  function language() {
    return String(context.locale ?? navigator.language).toLowerCase().startsWith("tr") ? "tr" : "en";
  }

  addEventListener("message", ({ data, source }) => {
    if (source !== parent || data?.jsonrpc !== "2.0") return;
    if (typeof data.method !== "string") settle(data);
    else if (data.id !== undefined) answer(data);
    else handlers[data.method]?.(data.params ?? {});
  });

  /** Says hello, and then tells of what the host sends. */
  async function start({ onInput = () => {}, onResult, onCancelled, onContext }) {
    handlers = {
      "ui/notifications/tool-input": ({ arguments: given }) => onInput(given ?? {}),
      "ui/notifications/tool-result": onResult,
      "ui/notifications/tool-cancelled": onCancelled,
      "ui/notifications/host-context-changed": (changed) => {
        follow(changed);
        onContext();
      },
    };
    follow({});
    onContext();
    const hello = await request("ui/initialize", {
      protocolVersion: "2026-01-26",
      appInfo: { name: "proxmox-mcp", version: "1" },
      appCapabilities: { availableDisplayModes: ["inline", "fullscreen"] },
    });
    capabilities = hello.hostCapabilities ?? {};
    follow(hello.hostContext ?? {});
    onContext();
    post({ method: "ui/notifications/initialized", params: {} });
    let told = "";
    new ResizeObserver(() => {
      const { width, height } = document.body.getBoundingClientRect();
      const size = { width: Math.ceil(width), height: Math.ceil(height) };
      if (told === JSON.stringify(size)) return;
      told = JSON.stringify(size);
      post({ method: "ui/notifications/size-changed", params: size });
    }).observe(document.body);
  }

  return {
    start,
    get words() {
      return WORDS[language()];
    },
    /** How numbers and times are written. */
    get charting() {
      const { locale } = context;
      try {
        return charting(locale ?? language(), context.timeZone);
      } catch {
        return charting(language(), undefined);
      }
    },
    get canCall() {
      return capabilities.serverTools !== undefined;
    },
    /** Calls a tool through the host; what it answers, or an error that says why not. */
    async call(name, given) {
      return valueOf(await request("tools/call", { name, arguments: given }));
    },
  };
})();

/** What a tool has answered; throws what it said instead. */
function valueOf({ structuredContent, content, isError }) {
  if (structuredContent && !isError) return structuredContent;
  const texts = (content ?? []).filter(({ type }) => type === "text").map(({ text }) => text);
  throw new Error(texts.join("\n") || "?");
}
`;
