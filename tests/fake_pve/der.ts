/** What X.509 needs of ASN.1's distinguished encoding. */
export function der(tag: number, ...parts: Uint8Array[]): Uint8Array {
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  const length = size < 128 ? [size] : size < 256 ? [0x81, size] : [0x82, size >> 8, size & 255];
  const whole = new Uint8Array(1 + length.length + size);
  whole.set([tag, ...length]);
  let at = 1 + length.length;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function bytes(...values: number[]): Uint8Array {
  return Uint8Array.from(values);
}

export function sequence(...parts: Uint8Array[]): Uint8Array {
  return der(0x30, ...parts);
}

/** From 0 to 127. */
export function integer(value: number): Uint8Array {
  return der(0x02, bytes(value));
}

export function bits(value: Uint8Array): Uint8Array {
  return der(0x03, bytes(0), value);
}

export function octets(value: Uint8Array): Uint8Array {
  return der(0x04, value);
}

export function oid(dotted: string): Uint8Array {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return der(0x06, bytes(first * 40 + second, ...rest.flatMap(base128)));
}

function base128(value: number): number[] {
  const digits = [value & 127];
  for (let left = value >> 7; left > 0; left >>= 7) digits.unshift(0x80 | (left & 127));
  return digits;
}

/** A distinguished name: common name, unit, organization. */
export function name(cn: string, ou: string, o: string): Uint8Array {
  const attribute = (id: string, text: string) =>
    der(0x31, sequence(oid(id), der(0x0c, new TextEncoder().encode(text))));
  return sequence(attribute("2.5.4.11", ou), attribute("2.5.4.10", o), attribute("2.5.4.3", cn));
}

export function utcTime(ms: number): Uint8Array {
  const digits = new Date(ms).toISOString().replace(/\D/g, "").slice(2, 14);
  return der(0x17, new TextEncoder().encode(`${digits}Z`));
}
