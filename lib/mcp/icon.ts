import type { Icon } from "@modelcontextprotocol/server";

const SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24">' +
  '<path fill="#e57000" fill-rule="evenodd" d="M3 4h18v7H3zm0 9h18v7H3zM6 6v3h3V6zm0 9v3h3v-3z"/></svg>';

/** Two servers in a rack, on a ground of any colour. */
export const ICON: Icon = {
  src: `data:image/svg+xml;base64,${btoa(SVG)}`,
  mimeType: "image/svg+xml",
  sizes: ["any"],
};
