import { type Command, InvalidArgumentError } from "commander";
import { parseAllowedIps } from "../../auth/address.ts";
import { effectiveScope } from "../../auth/scope.ts";
import { parseVmidRanges, type VmidRange } from "../../auth/limits.ts";
import { PERMISSIONS } from "../../auth/scope.ts";
import { type CliContext, refuseAsUsage, withCommonOptions } from "../context.ts";
import { list, oneOf, reader, shortText, toolsets, wholeNumber } from "../options.ts";
import { createToken, type CreateTokenOptions } from "./create.ts";
import { type ListTokenOptions, listTokens } from "./list.ts";
import { withSchema } from "../with_store.ts";

const EXAMPLES = `
The raw token is printed once, alone on standard output; the database only keeps its hash.
The limits narrow what the token reaches; each may be repeated or hold several names.

Examples:
  proxmox-mcp token create --user ayse --name laptop --permission read
  proxmox-mcp token create --user ci --name sandbox --permission admin --expires-days 30 \\
    --allowed-ips 10.0.0.0/8,::1 --pool dev --vmid 100-199
  TOKEN=$(proxmox-mcp token create --user ayse --name script --permission write)`;

export function registerToken(program: Command, context: CliContext): void {
  const token = program.command("token").description("the tokens that callers present");
  withCommonOptions(token.command("create"))
    .description("create a token and print it once")
    .requiredOption("--user <NAME>", "the user it belongs to")
    .requiredOption("--name <LABEL>", "what it is for, in 1 to 100 characters", shortText(100))
    .requiredOption("--permission <LEVEL>", "read, write or admin", oneOf(PERMISSIONS))
    .option("--expires-days <N>", "days until it expires (default: never)", wholeNumber(1, 36_500))
    .option("--allowed-ips <LIST>", "addresses and networks it may be used from", readAllowedIps)
    .option("--pool <POOL>", "only guests in this pool", list)
    .option("--tag <TAG>", "only guests with this tag", list)
    .option("--vmid <RANGE>", "only guests with these ids, such as 100-199,250", readVmids)
    .option("--node <NODE>", "only this node and guests on it", list)
    .option("--tool <TOOL>", "only this tool", list)
    .option("--deny-tool <TOOL>", "not this tool", list)
    .option("--needs-approval", "somebody else must approve each change before it runs")
    .option(
      "--toolset <TOOLSET>",
      "list tools of this toolset only; others can still be called",
      toolsets,
    )
    .addHelpText("after", EXAMPLES)
    .action((options: CreateTokenOptions) => createToken(context, options));
  withCommonOptions(token.command("list"))
    .description("list the tokens; neither a raw token nor a whole hash is ever shown")
    .option("--json", "print JSON")
    .action((options: ListTokenOptions) => listTokens(context, options));
  withCommonOptions(token.command("revoke"))
    .argument("<ID>", "the token's number in `token list`", wholeNumber(1, 2 ** 31 - 1))
    .description("end a token at once; its row stays")
    .action((id: number, options: CreateTokenOptions) => revokeToken(context, { id, options }));
}

async function revokeToken(
  context: CliContext,
  { id, options }: { id: number; options: CreateTokenOptions },
): Promise<void> {
  await withSchema(context, options, async (store) => {
    const token = await refuseAsUsage(() => store.revokeToken(id));
    context.io.out(
      `revoked token ${token.id} "${token.name}" of ${token.user.username} ` +
        `(it had scope ${effectiveScope(token)})`,
    );
  });
}

const readAllowedIps = reader((text: string) => {
  if (text.trim() === "") throw new InvalidArgumentError("It must not be empty");
  parseAllowedIps(text);
  return text.split(",").map((entry) => entry.trim()).join(",");
});

function readVmids(text: string, before: readonly VmidRange[] | undefined): VmidRange[] {
  return [...(before ?? []), ...reader(parseVmidRanges)(text)];
}
