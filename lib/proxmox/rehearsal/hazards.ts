import { flag } from "../api/values.ts";
import { disksOf, properties } from "../guest/properties.ts";

type Config = Readonly<Record<string, unknown>>;

/** Settings by which a guest reaches what is not its own, and what a copy would do to that. */
const REACHING: readonly (readonly [setting: RegExp, value: RegExp, harm: string])[] = [
  [/^hookscript$/, /./, "runs a script on the node"],
  [/^args$/, /./, "may connect it past its network cards"],
  [/^hostpci\d+$/, /./, "takes a device of the node"],
  [/^usb\d+$/, /^(?!(?:host=)?spice\b)/, "takes a device of the node"],
  [/^(?:serial|parallel)\d+$/, /^\/dev\//, "takes a device of the node"],
  [/^dev\d+$/, /./, "takes a device of the node"],
  [/^virtiofs\d+$/, /./, "writes to a folder of the node"],
  [/^mp\d+$/, /^(?:volume=)?\//, "writes to a folder or disk of the node"],
  [/^lxc\./, /./, "is beyond what Proxmox knows of"],
];

/** Why a copy with this configuration is not safe to start, one for each setting. */
export function hazardsIn(config: Config): string[] {
  return Object.entries(config).flatMap(([key, value]) => {
    const found = REACHING.find(([setting, held]) => setting.test(key) && held.test(String(value)));
    return found ? [`${key} ${found[2]}`] : [];
  });
}

/** The disks of a copy that are not its own. */
export function foreignDisks(config: Config, vmid: number): string[] {
  const own = new RegExp(`(?:^|[:/])(?:vm|subvol)-${vmid}-`);
  return disksOf(config).filter(({ volid }) => !own.test(volid)).map(({ key, volid }) =>
    `${key} ${volid}`
  );
}

/** The network cards that are plugged in. */
export function pluggedIn(config: Config): string[] {
  return Object.keys(config).filter((key) =>
    /^net\d+$/.test(key) && !flag(properties(config[key]).link_down)
  );
}

/** The same cards with their plugs pulled. */
export function unplugged(config: Config): Record<string, string> {
  return Object.fromEntries(
    pluggedIn(config).map((key) => {
      const parts = String(config[key]).split(",").filter((part) => !part.startsWith("link_down="));
      return [key, [...parts, "link_down=1"].join(",")];
    }),
  );
}
