import * as z from "zod";
import { DEFAULT_CLUSTER } from "../database/cluster_name.ts";
import { auth, proxmox } from "./cluster.ts";
import { hostForUrl } from "./hosts.ts";
import { key } from "./keys.ts";
import type { Config } from "./types.ts";

export { DEFAULT_CLUSTER };

type Proxmox = z.output<typeof proxmox>;
type Auth = z.output<typeof auth>;

/** What the user calls a cluster: it stands in messages, metrics and arguments of tools. */
const clusterName = z.string().regex(
  /^[a-z][a-z0-9_-]{0,31}$/,
  'must be a name of at most 32 lower-case letters, digits, "-" and "_", beginning with a letter',
);

/** Why a cluster cannot be called so, as the end of a sentence; null when it can. */
export function clusterNameProblem(name: string): string | null {
  return clusterName.safeParse(name).error?.issues[0]?.message ?? null;
}

/** Clusters besides the one that `proxmox` and `auth` name, or in place of it. */
export const clusters = key(
  z.record(clusterName, z.strictObject({ proxmox, auth })).default({}),
  {
    en:
      'several clusters, such as `{"dc2": {"proxmox": {…}, "auth": {…}}}`, beside `proxmox` and ' +
      "`auth`, which name the cluster `default`, or in place of them; their keys are those of these two",
    tr: 'birden çok küme, örneğin `{"dc2": {"proxmox": {…}, "auth": {…}}}`; `default` kümesini ' +
      "adlandıran `proxmox` ve `auth` yanında ya da yerine; anahtarları bu ikisininkilerdir",
  },
);

/** One cluster, as the configuration names it. */
export interface NamedCluster {
  readonly name: string;
  /** What stands before its keys in the file: empty, or `clusters.dc2.`. */
  readonly section: string;
  readonly proxmox: Proxmox;
  readonly auth: Auth;
}

/** Every cluster that the configuration names, one at least. */
export type ClusterConfigs = readonly [NamedCluster, ...NamedCluster[]];

/** The sections of the file that name clusters. */
export interface ClusterSections {
  readonly proxmox: Proxmox | null;
  readonly auth: Auth | null;
  readonly clusters: Readonly<Record<string, Pick<NamedCluster, "proxmox" | "auth">>>;
}

/** In the order of the file; the one that `proxmox` names is the first. */
export function clustersIn({ proxmox, auth, clusters }: ClusterSections): NamedCluster[] {
  const named = Object.entries(clusters).map(([name, sections]) => ({
    name,
    section: `clusters.${name}.`,
    ...sections,
  }));
  if (proxmox === null || auth === null) return named;
  return [{ name: DEFAULT_CLUSTER, section: "", proxmox, auth }, ...named];
}

/** The same as the file has it, for what goes by the paths of keys. */
export function asSections(list: Config["clusters"]) {
  const own = list.find(({ section }) => section === "");
  const named = list.filter(({ section }) => section !== "");
  return {
    proxmox: own?.proxmox ?? null,
    auth: own?.auth ?? null,
    clusters: Object.fromEntries(
      named.map(({ name, proxmox, auth }) => [name, { proxmox, auth }]),
    ),
  };
}

/** Refuses what each section may say by itself, but not together with the others. */
export function checkClusters(
  sections: ClusterSections & {
    readonly audit: { readonly key_file: string | null; readonly database: boolean };
  },
  context: z.core.$RefinementCtx,
): void {
  // What a section says by itself comes first, and leaves it half read.
  if (context.issues.length > 0) return;
  const refuse = (path: string, message: string) =>
    context.addIssue({ code: "custom", path: path.split("."), message, input: undefined });
  const { auth, proxmox } = sections;
  const list = clustersIn(sections);
  if (proxmox === null && (auth !== null || list.length === 0)) refuse("proxmox", "is missing");
  else if (proxmox !== null && auth === null) refuse("auth", "is missing");
  if (proxmox !== null && sections.clusters[DEFAULT_CLUSTER] !== undefined) {
    refuse(
      `clusters.${DEFAULT_CLUSTER}`,
      `and proxmox are both given, which is the cluster ${DEFAULT_CLUSTER} too: give one of them another name`,
    );
  }
  const owners = new Map<string, string>();
  for (const { section, proxmox, auth } of list) {
    const own = `${section}proxmox`;
    for (const host of proxmox.hosts) {
      const server = `${hostForUrl(host)}:${proxmox.port}`;
      const other = owners.get(server) ?? own;
      owners.set(server, other);
      if (other !== own) refuse(own, `and ${other} both name ${server}: it is one cluster`);
    }
    if (!auth.require_own_token) continue;
    const key = `${section}auth.require_own_token`;
    const { key_file, database } = sections.audit;
    if (key_file === null) refuse(key, "needs audit.key_file: tokens of users are kept under it");
    if (!database) refuse(key, "needs audit.database: true, where tokens of users are kept");
  }
}
