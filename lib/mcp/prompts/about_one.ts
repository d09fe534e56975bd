import { CLUSTER } from "./arguments.ts";
import type { Prompt } from "./prompt.ts";

/** The same prompt where there are several clusters: it may be about one of them. */
export function aboutOne({ text, ...prompt }: Prompt): Prompt {
  return {
    ...prompt,
    arguments: [...prompt.arguments, CLUSTER],
    text: {
      en: ({ cluster, ...given }) =>
        cluster === undefined
          ? text.en(given)
          : `${
            text.en(given)
          }\nThis is about the cluster ${cluster}: give it to each tool as cluster.`,
      tr: ({ cluster, ...given }) =>
        cluster === undefined
          ? text.tr(given)
          : `${text.tr(given)}\nKonu ${cluster} kümesidir: her araca cluster olarak ver.`,
    },
  };
}
