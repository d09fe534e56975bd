import { fileURLToPath } from "node:url";
import project from "../../deno.json" with { type: "json" };

/** What Deno is given for a task of the project, wherever it is started: with the permissions that its users have. */
export function taskArgs(name: keyof typeof project.tasks): string[] {
  const [, ...words] = project.tasks[name].split(" ");
  return words.map((word) =>
    word.endsWith(".ts") ? fileURLToPath(new URL(`../../${word}`, import.meta.url)) : word
  );
}
