/** By what a client signs its user in. */
export interface SignIn {
  /** Who is sent a URL here opens it as the user's browser would. */
  readonly browser: string;
  /** Where the user comes back to. */
  readonly redirect: string;
  /** What the client calls itself when it registers. */
  readonly name: string;
  /** For a program that the client's host starts, or is. */
  readonly env: Readonly<Record<string, string>>;
}

/** Where a client is to connect, and as whom. */
export type ServerAddress =
  & { readonly mode: "auto" | "legacy" }
  & (
    | {
      readonly transport: "http" | "sse";
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      /** Instead of a token in the headers. */
      readonly signIn?: SignIn;
    }
    | {
      readonly transport: "stdio";
      readonly command: string;
      readonly args: readonly string[];
      readonly env: Readonly<Record<string, string>>;
    }
  );

/**
 * What a client is told to do: connect (anew), call a tool and answer its questions, let time pass, or list the
 * tools.
 */
export type Order =
  | { readonly connect: ServerAddress }
  | { readonly advanceSeconds: number }
  | {
    readonly call: string;
    readonly arguments: Readonly<Record<string, unknown>>;
    readonly answer?: "accept" | "decline";
  }
  | Record<never, never>;

/** What it saw. */
export interface Seen {
  readonly revision?: string;
  /** How many tools were listed. */
  readonly tools?: number;
  readonly isError?: boolean;
  readonly text?: string;
  // deno-lint-ignore no-explicit-any -- each step knows the shape it asks for
  readonly value?: any;
  readonly progress?: readonly string[];
  /** The questions that were asked on the way. */
  readonly asked?: readonly string[];
  /** What the client made of an error that is no tool's. */
  readonly error?: string;
}
