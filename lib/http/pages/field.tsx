import type { JSX } from "hono/jsx";

type FieldProps = Omit<JSX.IntrinsicElements["input"], "aria-describedby"> & {
  readonly id: string;
  readonly label: string;
  readonly hint?: string | undefined;
};

/** An input below its label; the form sends it by its id, unless it has a name. */
export function Field({ id, label, hint, name = id, ...rest }: FieldProps) {
  const hintId = `${id}-hint`;
  return (
    <>
      <label for={id}>{label}</label>
      <input id={id} name={name} {...rest} aria-describedby={hint ? hintId : undefined} />
      {hint ? <p class="hint" id={hintId}>{hint}</p> : null}
    </>
  );
}
