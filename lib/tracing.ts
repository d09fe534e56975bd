import { type Context, context, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";

/** A span while its work is done. */
export interface OpenSpan {
  set(attribute: string, value: string): void;
  /** Marks the work as failed; of the reason nothing is told. */
  fail(): void;
}

export interface SpanOptions {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** The span that this one is below, as W3C's Trace Context writes it; where it cannot be read, what is open. */
  readonly traceparent?: string | undefined;
}

const TRACER = "proxmox-mcp";
const FORM = /^(?!ff)[\da-f]{2}-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-([\da-f]{2})(-.*)?$/;

/**
 * Does work within a span, which the runtime sends to a collector when OTEL_DENO is set. It needs no
 * permission for that (seen in Deno 2.9.6): the lock does not hold it.
 */
export async function inSpan<T>(
  { name, attributes, traceparent }: SpanOptions,
  work: (span: OpenSpan) => Promise<T>,
): Promise<T> {
  const around = below(context.active(), traceparent);
  const options = { kind: SpanKind.SERVER, attributes };
  const span = trace.getTracer(TRACER).startSpan(name, options, around);
  try {
    return await context.with(trace.setSpan(around, span), () =>
      work({
        set: (attribute, value) => void span.setAttribute(attribute, value),
        fail: () => void span.setStatus({ code: SpanStatusCode.ERROR }),
      }));
  } finally {
    span.end();
  }
}

/** Whether the runtime sends spans anywhere. */
export function isTraced(): boolean {
  return trace.getTracer(TRACER).startSpan("never ended, so never sent").isRecording();
}

function below(active: Context, traceparent: string | undefined): Context {
  const [, traceId, spanId, flags = ""] = FORM.exec(traceparent ?? "") ?? [];
  if (traceId === undefined || spanId === undefined) return active;
  const traceFlags = parseInt(flags, 16) & 1;
  return trace.setSpanContext(active, { traceId, spanId, traceFlags, isRemote: true });
}
