import assert from "node:assert/strict";
import type { AnyTool } from "../../../lib/tool/tool.ts";
import type { Fault } from "../../fake_pve.ts";
import type { Site, ToolAnswer } from "../../site.ts";
import { changes } from "../requests.ts";
import type { Bend } from "./bend.ts";
import { complaintOf, lostIn } from "./complaint.ts";
import { LOSSES } from "./oddities.ts";
import { type Range, SEED } from "./range.ts";

/** What can stand in the place of a whole answer. */
const BODIES: Readonly<Record<string, Fault>> = {
  "no body": { kind: "body", body: "" },
  "a page of a proxy": { kind: "body", body: "<html><body>Bad\nGateway</body></html>" },
  "no data": { kind: "body", body: "{}\n" },
  "null": { kind: "body", body: '{"data":null}\n' },
  "an empty list": { kind: "body", body: '{"data":[]}' },
  "an empty object": { kind: "body", body: '{"data":{}}' },
  "a list of everything": { kind: "body", body: '{"data":[null,7,"x",[],{}]}' },
  "595": { kind: "raw", status: 595, reason: "No route to host", body: "" },
  "500 of a proxy": { kind: "raw", status: 500, body: "<html>Oops</html>" },
};

/** What of a refusal must be told: it is like no other. */
const TOLD = /Odd\.Privilege/;

/** What a tool is asked to withstand. */
export interface Odds {
  readonly site: Site;
  readonly tool: AnyTool;
  /** What may change nothing of what is told. */
  readonly spellings: Readonly<Record<string, Bend>>;
  /** A refusal for want of the privilege `Odd.Privilege`. */
  readonly refused: Fault;
  /** Paths of which it need not be told that they cannot be read, and why. */
  readonly without: Readonly<Record<string, string>>;
  /** What is wrong with an answer to answers of which less may be told; undefined when nothing is. */
  readonly untrue?:
    | ((value: ToolAnswer["value"], clean: ToolAnswer["value"]) => string | undefined)
    | undefined;
}

/** Requires that a tool tells what is known of odd answers, nothing that is not so, and changes nothing. */
export async function assertWithstands(
  range: Range,
  { refused, site, spellings, tool, untrue = () => undefined, without }: Odds,
): Promise<void> {
  const before = changes(site).length;
  // What is read only once is read now.
  await range.clean();
  const { answer: clean, paths } = await range.clean();
  const problems: string[] = [];
  const check = (oddity: string, answer: ToolAnswer, more?: string) => {
    const problem = complaintOf(tool, answer) ?? more;
    if (problem !== undefined) problems.push(`${oddity}: ${problem}`);
  };
  for (const [oddity, bend] of Object.entries(spellings)) {
    const answer = await range.bent(oddity, bend);
    check(oddity, answer, lostIn(answer.value, clean.value));
  }
  for (const [oddity, bend] of Object.entries(LOSSES)) {
    const answer = await range.bent(oddity, bend);
    check(oddity, answer, untrue(answer.value, clean.value));
  }
  for (const path of paths) {
    const answer = await range.without(path, refused);
    const silent = !TOLD.test(JSON.stringify([answer.text, answer.value])) &&
      without[path] === undefined;
    check(
      `${path} refused`,
      answer,
      silent ? `it is not told: ${answer.text.slice(0, 300)}` : untrue(answer.value, clean.value),
    );
    for (const [oddity, fault] of Object.entries(BODIES)) {
      const answer = await range.without(path, fault);
      check(`${path} answers ${oddity}`, answer, untrue(answer.value, clean.value));
    }
  }
  if (problems.length > 0) {
    problems.push(...site.lines.filter((line) => line.includes(" failed: ")));
  }
  assert.deepEqual(problems, [], `with the seed ${SEED}`);
  assert.equal(changes(site).length, before, "a change was sent");
}
