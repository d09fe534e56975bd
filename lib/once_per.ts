/**
 * What is made of an object once and kept for as long as that object is: for objects that nobody changes,
 * such as an answer that was read. There is nothing to invalidate: a newer answer is another object.
 */
export function oncePer<K extends object, V>(make: (key: K) => V): (key: K) => V {
  const made = new WeakMap<K, { readonly value: V }>();
  return (key) => {
    const known = made.get(key);
    if (known !== undefined) return known.value;
    const value = make(key);
    made.set(key, { value });
    return value;
  };
}
