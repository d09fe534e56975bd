import assert from "node:assert/strict";
import { describeTool } from "../lib/mcp/description.ts";
import { TOOLS } from "../lib/mcp/tools.ts";
import {
  geminiProblems,
  geminiSchema,
  inspectorProblems,
  type Schema,
  strictProblems,
  strictSchema,
} from "./support/portable.ts";

const DESCRIBED = TOOLS.map((tool) => describeTool(tool));

/** The problems of all tools, each with the tool's name. */
function problemsIn(look: (tool: typeof DESCRIBED[number]) => string[]): string[] {
  return DESCRIBED.flatMap((tool) => look(tool).map((problem) => `${tool.name} ${problem}`));
}

Deno.test("the Inspector finds nothing to warn of in any tool's schemas", () => {
  assert.deepEqual(problemsIn((tool) => inspectorProblems(tool.inputSchema)), []);
  assert.deepEqual(problemsIn((tool) => inspectorProblems(tool.outputSchema)), []);
});

Deno.test("every tool's arguments can be handed on in OpenAI's strict mode", () => {
  assert.deepEqual(problemsIn((tool) => strictProblems(strictSchema(tool.inputSchema))), []);
});

Deno.test("every tool's arguments can be handed on as a Gemini function declaration", () => {
  const problems = problemsIn(({ name, description, inputSchema }) => {
    const parameters = geminiSchema(inputSchema);
    return [
      ...(/^[A-Za-z_][\w.-]{0,63}$/.test(name) && description ? [] : ["is no function's name"]),
      ...(parameters === null ? [] : geminiProblems(parameters)),
    ];
  });
  assert.deepEqual(problems, []);
});

Deno.test("what cannot be handed on is found", () => {
  const object = (part: Schema) => ({ type: "object", properties: { part }, required: ["part"] });
  for (
    const [part, inspector, strict, gemini] of [
      [{}, true, true, true],
      [{ description: "anything" }, true, true, true],
      [{ type: ["integer", "string"] }, true, true, true],
      [{ type: "array" }, false, true, true],
      [{ type: "object" }, false, true, true],
      [{ type: "string", const: "GET" }, false, true, true],
      [{ oneOf: [{ type: "string" }] }, true, true, true],
      [{ type: "string", format: "ipv4" }, false, false, true],
      [{ type: "integer", enum: [1, 2] }, false, false, true],
      [{ anyOf: [{ type: "object" }, { type: "string" }] }, false, false, false],
      [{ type: "string" }, false, false, false],
    ] as [Schema, boolean, boolean, boolean][]
  ) {
    const what = JSON.stringify(part);
    const schema = object(part);
    assert.equal(inspectorProblems(schema).length > 0, inspector, `Inspector ${what}`);
    assert.equal(strictProblems(strictSchema(schema)).length > 0, strict, `OpenAI ${what}`);
    assert.equal(geminiProblems(geminiSchema(schema)!).length > 0, gemini, `Gemini ${what}`);
  }
});
