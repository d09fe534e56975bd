// The certificate library's container looks for decorator metadata at import; its classes have none.
if (!("getMetadata" in Reflect)) {
  const none = () => undefined;
  Object.assign(Reflect, {
    defineMetadata: none,
    getMetadata: none,
    getOwnMetadata: none,
    hasOwnMetadata: () => false,
  });
}
