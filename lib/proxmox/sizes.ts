export const GIB = 1024 ** 3;

/** `8.0 GiB` */
export function gibText(bytes: number): string {
  return `${(bytes / GIB).toFixed(1)} GiB`;
}
