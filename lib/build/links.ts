import { INPUTS, stdioArguments, variables } from "./inputs.ts";

const NAME = "proxmox";
const SERVER = "http://localhost:8812/mcp";

/** A link that a client opens by adding the server to its settings. */
export interface InstallLink {
  readonly client: "Cursor" | "VS Code";
  /** What the client then does: start the program itself, or call a server that runs. */
  readonly way: "start" | "call";
  /** Opens the client at once. */
  readonly url: string;
  /** The same by the client's web page, where documents may hold web addresses only. */
  readonly web: string;
}

/** The install links of both clients. */
export function installLinks(): InstallLink[] {
  return (["start", "call"] as const).flatMap((way) => [cursor(way), vscode(way)]);
}

/** The links as a list in Markdown. */
export function linksText(): string {
  const does = { start: "start it with `npx`", call: `call the server at ${SERVER}` };
  return installLinks().map(({ client, way, web }) =>
    `- [Add to ${client}](${web}): ${does[way]}\n`
  ).join("");
}

/** Cursor asks for nothing: what is in capitals is to be filled in. */
function cursor(way: InstallLink["way"]): InstallLink {
  const entry = way === "call"
    ? { url: SERVER, headers: { Authorization: "Bearer YOUR_TOKEN" } }
    : started((key) => INPUTS[key]?.default ?? `YOUR_${key.toUpperCase()}`);
  const query = new URLSearchParams({ name: NAME, config: btoa(JSON.stringify(entry)) });
  return {
    client: "Cursor",
    way,
    url: `cursor://anysphere.cursor-deeplink/mcp/install?${query}`,
    web: `https://cursor.com/en/install-mcp?${query}`,
  };
}

/** VS Code asks for each input, and keeps it apart from the settings. */
function vscode(way: InstallLink["way"]): InstallLink {
  const prompt = (id: string, description: string, password: boolean) => ({
    type: "promptString",
    id,
    description,
    password,
  });
  const entry = way === "call"
    ? {
      name: NAME,
      type: "http",
      url: SERVER,
      headers: { Authorization: "Bearer ${input:token}" },
      inputs: [prompt("token", "A token made by `proxmox-mcp token create`", true)],
    }
    : {
      name: NAME,
      ...started((key) => `\${input:${key}}`),
      inputs: Object.entries(INPUTS).map(([key, input]) => ({
        ...prompt(key, input.description, input.isSecret ?? false),
        ...(input.default === undefined ? {} : { default: input.default }),
      })),
    };
  const url = `vscode:mcp/install?${encodeURIComponent(JSON.stringify(entry))}`;
  return {
    client: "VS Code",
    way,
    url,
    web: `https://vscode.dev/redirect?url=${encodeURIComponent(url)}`,
  };
}

function started(value: (key: string) => string) {
  return {
    command: "npx",
    args: ["-y", "proxmox-mcp", ...stdioArguments("user")],
    env: variables(value, "${userHome}"),
  };
}
