/** Who sent a request. */
export interface Identity {
  /** `user@realm` */
  user: string;
  /** Token name, when a token was used. */
  token?: string;
  privsep: boolean;
}

export function ownerOf(who: Identity): string {
  return who.token ? `${who.user}!${who.token}` : who.user;
}
