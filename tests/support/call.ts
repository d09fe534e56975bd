import { cli } from "./cli.ts";

/** Makes a user and a token by the command line, calls a tool with it, and tells whether that failed. */
export async function callFails(
  url: string,
  { config, env = {}, tool = "health" }: {
    config?: string;
    env?: Record<string, string>;
    tool?: string;
  },
): Promise<boolean> {
  const named = config === undefined ? [] : ["--config", config];
  await cli(["user", "create", "ayse", "--superuser", ...named], { env });
  const args = ["--user", "ayse", "--name", "x", "--permission", "read", ...named];
  const token = (await cli(["token", "create", ...args], { env })).out;
  const answer = await fetch(url, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ method: "tools/call", params: { name: tool, arguments: {} } }),
  });
  return (await answer.json()).result.isError ?? false;
}
