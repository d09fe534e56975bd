/** One red pixel, as PNG. */
export const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";

/** A sound without samples, as WAV. */
export const WAV = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA=";

export const image = { type: "image", data: PNG, mimeType: "image/png" } as const;
export const audio = { type: "audio", data: WAV, mimeType: "audio/wav" } as const;

export function text(text: string): { type: "text"; text: string } {
  return { type: "text", text };
}

/** A resource as part of a message. */
export function embedded(
  uri: string,
): { type: "resource"; resource: { uri: string; mimeType: string; text: string } } {
  return { type: "resource", resource: { uri, mimeType: "text/plain", text: `This is ${uri}` } };
}
