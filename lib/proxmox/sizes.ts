export const GIB = 1024 ** 3;

/** `8.0 GiB` */
export function gibText(bytes: number): string {
  return `${(bytes / GIB).toFixed(1)} GiB`;
}

/** `8 GiB`, `7.5 GiB` */
export function shortGib(bytes: number): string {
  return `${Math.round(bytes / GIB * 10) / 10} GiB`;
}
