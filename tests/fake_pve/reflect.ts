// @peculiar/x509 brings tsyringe, which refuses to load without the Reflect metadata functions; nothing
// here is injected by metadata, so functions that know nothing are enough.
const reflect = Reflect as unknown as Record<string, unknown>;

reflect.getMetadata ??= () => undefined;
reflect.getOwnMetadata ??= () => undefined;
reflect.defineMetadata ??= () => undefined;
