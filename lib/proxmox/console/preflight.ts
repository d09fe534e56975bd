import { isKind } from "../api/errors.ts";
import { text } from "../api/values.ts";
import type { Guest } from "../guest/directory.ts";
import { currentState } from "../guest/power.ts";
import type { Pve } from "../pve.ts";
import { TerminalClosed } from "./terminal.ts";

/** The first versions of pve-container whose terminals take API tokens, by Proxmox VE's major version. */
const LEAST: Readonly<Record<number, string>> = { 8: "5.3.4", 9: "6.1.3" };
const NEEDS = `pve-container ${LEAST[9]} on Proxmox VE 9 or ${LEAST[8]} on Proxmox VE 8`;

/** Requires, before anything is typed, that the container's terminal can show a shell to an API token. */
export async function checkConsole(pve: Pve, guest: Guest<"lxc">): Promise<void> {
  const { node, vmid } = guest;
  const { status } = await currentState(pve, guest);
  pve.check("is running", status === "running", `container ${vmid} is ${status}; start it first`);
  const { version } = await pve.get("/version");
  const major = Number.parseInt(text(version) ?? "", 10);
  const old =
    `Proxmox VE ${version} opens no container's terminal to an API token: it takes ${NEEDS}`;
  pve.check("takes API tokens at terminals", !(major < 8), old);
  const config = await pve.get("/nodes/{node}/lxc/{vmid}/config", { node, vmid }, {
    current: true,
  });
  const mode = text(config.cmode) ?? "tty";
  pve.check("its terminal is a shell", mode === "shell", await wrongMode(pve, guest, mode));
}

/** What it takes to get a shell, and what that costs. */
async function wrongMode(pve: Pve, { node, vmid }: Guest<"lxc">, mode: string): Promise<string> {
  if (mode === "shell") return "";
  const next = await pve.get("/nodes/{node}/lxc/{vmid}/config", { node, vmid });
  const now = `container ${vmid} has cmode ${mode}, so its terminal is no shell`;
  const price = "from then on everybody who holds VM.Console on it is root in it without a login";
  if (text(next.cmode) === "shell") {
    return `${now}; cmode shell is set and waits: shut the container down and start it (${price})`;
  }
  return `${now}; whoever may decide that sets cmode to shell (pct set ${vmid} --cmode shell, or Options > ` +
    `Console mode; it takes VM.Config.Options), then shuts it down and starts it: ${price}. ` +
    "This server never sets it by itself";
}

/** Says of a terminal that was closed at once, where Proxmox tells its packages, whether it is too old. */
export async function explainClosed(pve: Pve, node: string, error: unknown): Promise<unknown> {
  if (!(error instanceof TerminalClosed)) return error;
  const doubt =
    `${error.message}: node ${node} is too old for it (it takes ${NEEDS}), or the ticket was refused`;
  const packages = await pve.list("/nodes/{node}/apt/versions", { node }).catch((failure) => {
    if (isKind(failure, "denied")) return [];
    throw error;
  });
  const found = packages.map((row) => row as Readonly<Record<string, unknown>>)
    .find((row) => row.Package === "pve-container");
  const version = text(found?.OldVersion);
  const least = LEAST[Number(version?.split(".")[0]) + 3];
  if (version === undefined || least === undefined) return error.withMessage(doubt);
  return error.withMessage(
    isOlder(version, least)
      ? `${error.message}: node ${node} has pve-container ${version}, and API tokens are taken from ${least} on`
      : `${error.message}: node ${node} is new enough for it (pve-container ${version}), so the ticket was refused or the container's terminal could not be begun`,
  );
}

function isOlder(version: string, than: string): boolean {
  return version.localeCompare(than, "en", { numeric: true }) < 0;
}
