/** What stands for the answer to a question that a client has failed to bring to anybody. */
export const UNANSWERED = { action: "cancel", content: { unanswered: true } } as const;

export function isUnanswered(
  { action, content }: { action: string; content?: Readonly<Record<string, unknown>> },
): boolean {
  return action === UNANSWERED.action && content?.unanswered === true;
}
