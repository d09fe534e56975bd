/** What tools are about, as the configuration, a token and a connection choose them. */
export const TOOLSETS = [
  "core",
  "guests",
  "backups",
  "storage",
  "cluster",
  "network",
  "api",
] as const;

/** `core` is what most work needs; each tool is also in one of the others. */
export type Toolset = typeof TOOLSETS[number];

/** Toolsets that somebody has chosen to see; null chooses nothing, and leaves all to be seen. */
export type ToolsetChoice = readonly string[] | null;

const SHOWN = 60;

/** What is wrong with the first of these names that no toolset bears; null when all are toolsets. */
export function missingToolset(names: readonly string[]): string | null {
  const name = names.find((name) => !TOOLSETS.some((known) => known === name));
  if (name === undefined) return null;
  return `there is no toolset ${JSON.stringify(name.slice(0, SHOWN))}: there are ${
    TOOLSETS.join(", ")
  }`;
}

/** True when each of the choices holds one of these toolsets: a further choice only narrows. */
export function isChosen(
  toolsets: readonly Toolset[],
  choices: readonly ToolsetChoice[],
): boolean {
  return choices.every((choice) =>
    choice === null || toolsets.some((toolset) => choice.includes(toolset))
  );
}
