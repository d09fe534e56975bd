import { namingCommand } from "../../auth/proxmox_tokens.ts";
import { typedHere } from "../../command.ts";
import { loadConfig } from "../../config/config.ts";
import { check } from "../check/check.ts";
import { type CliContext, configOption, UsageError } from "../context.ts";
import { askScope } from "./ask_scope.ts";
import type { Asking } from "./asking.ts";
import { readIfThere, writeWhole } from "./atomic.ts";
import { caToCopy, contentWithCluster, copiedCa } from "./content.ts";
import { configPath, Existing } from "./existing.ts";
import { leftToDo } from "./left.ts";
import type { InitArguments } from "./options.ts";
import { chooseToken, type ProxmoxToken } from "./proxmox_token.ts";
import { chooseEndpoint, chooseTrust, isOwnCluster } from "./server.ts";
import type { Steps } from "./steps.ts";

const READABLE = 0o644;
const PROXMOX_PORT = 8006;

/** The variables name the cluster of `proxmox`, never one of several. */
const env = () => undefined;

interface Around {
  readonly cluster: string;
  readonly options: InitArguments;
  readonly asking: Asking;
  readonly steps: Steps;
}

/** Names one more cluster in the config that is there, once its server and token are known to work. */
export async function addCluster(context: CliContext, around: Around): Promise<void> {
  const { io } = context;
  const { cluster, options, asking, steps } = around;
  const { texts } = steps;
  const path = await configPath(options.config, { env: io.env, unit: options.unit !== undefined });
  const existing = requireConfig(await Existing.read(path, { force: false }));
  const own = existing.within(cluster);
  requireFree(own, { cluster, options });
  const endpoint = await chooseEndpoint(options, { existing: own, asking, env, steps });
  const trust = await chooseTrust(options, { endpoint, existing: own, asking, steps });
  const ca = caToCopy(own, trust);
  const caText = ca === null ? null : await Deno.readTextFile(ca);
  const contentOf = (token: ProxmoxToken) =>
    contentWithCluster(existing, { cluster, endpoint, trust, token });
  const token = await chooseToken(options, {
    existing: own,
    asking,
    env,
    steps,
    isOwnCluster: isOwnCluster(endpoint, trust),
    scope: async () => options.scope ?? await askScope(asking, steps),
    preview: async (token) => {
      const files = new Map([
        ...(token.file === null ? [] : [[token.file, token.secret] as const]),
        ...(caText === null ? [] : [[copiedCa(own), caText] as const]),
      ]);
      const config = await existing.preview(contentOf(token), { env: io.env, files });
      const found = config.clusters.find(({ name }) => name === cluster);
      if (found === undefined) throw new Error(`cluster ${cluster} is not in the config`);
      // The copy is not made before the token has worked.
      return ca === null ? found : { ...found, proxmox: { ...found.proxmox, ca_file: ca } };
    },
  });
  await write(around, { existing, own, token, caText, content: contentOf(token), now: io.now() });
  const config = await loadConfig({ file: path, env: io.env });
  steps.title(texts.checking);
  await check(context, { config: path, lock: false, headlines: steps.texts.headlines });
  steps.title(texts.next);
  const option = configOption(config);
  steps.lines([
    ...leftToDo(texts, option),
    `${texts.ownTokens} ${namingCommand("NAME", cluster)}`,
  ]);
}

/** Refuses the name of another cluster: what is kept of that one would be taken for the past of this one. */
function requireFree(
  own: Existing,
  { cluster, options }: Pick<Around, "cluster" | "options">,
): void {
  const { host, hosts, port = PROXMOX_PORT } = own.content.proxmox ?? {};
  const named = [host, ...Array.isArray(hosts) ? hosts : []].filter((each) => each !== undefined);
  if (named.length === 0 || options.host === undefined) return;
  const wanted = options.port ?? options.host.port ?? PROXMOX_PORT;
  if (named.includes(options.host.host) && wanted === port) return;
  throw new UsageError(
    `Cannot add a cluster: ${own.path} has clusters.${cluster} already, at ${named[0]}:${port}: ` +
      "change its address there, or choose another name",
  );
}

/** Refuses to add a cluster where there is no config. */
export function requireConfig(existing: Existing): Existing {
  if (existing.isThere) return existing;
  throw new UsageError(
    `Cannot add a cluster: there is no config ${existing.path} yet: run \`${
      typedHere("init")
    }\` first`,
  );
}

/** What the config names is there before the config names it. */
async function write(
  { steps }: Around,
  { existing, own, token, caText, content, now }: {
    existing: Existing;
    own: Existing;
    token: ProxmoxToken;
    /** The CA to be kept beside the config. */
    caText: string | null;
    content: Existing["content"];
    now: Date;
  },
): Promise<void> {
  const { texts } = steps;
  if (caText !== null) writeWhole(copiedCa(own), caText, READABLE);
  if (token.file !== null && (await readIfThere(token.file))?.trim() !== token.secret) {
    writeWhole(token.file, `${token.secret}\n`);
    steps.done(texts.secret, token.file);
  }
  if (own.state.proxmoxToken !== null) own.state.proxmoxToken = null;
  if (!existing.differs(content)) return steps.kept(texts.config, existing.path);
  const copy = existing.write(content, { now });
  if (copy !== null) steps.done(texts.backup, copy);
  steps.done(texts.config, existing.path);
}
