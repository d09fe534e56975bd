import { cli } from "./cli.ts";

/** Makes a user and a token by the command line, calls a tool with it, and tells whether that failed. */
export async function callFails(
  url: string,
  { config, tool = "health" }: { config: string; tool?: string },
): Promise<boolean> {
  await cli(["user", "create", "ayse", "--superuser", "--config", config]);
  const args = ["--user", "ayse", "--name", "x", "--permission", "read", "--config", config];
  const token = (await cli(["token", "create", ...args])).out;
  const answer = await fetch(url, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
    body: JSON.stringify({ method: "tools/call", params: { name: tool, arguments: {} } }),
  });
  return (await answer.json()).result.isError ?? false;
}
