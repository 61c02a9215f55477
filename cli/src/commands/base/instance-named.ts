/** Other commands print `type/instance`, so that is taken as well. No type has a slash in its name. */
export function typeAndInstance(
  type: string | undefined,
  instance: string | undefined,
): { type: string | undefined; instance: string | undefined } {
  const slash = instance === undefined ? (type?.indexOf("/") ?? -1) : -1;
  return slash === -1 ? { type, instance } : { type: type?.slice(0, slash), instance: type?.slice(slash + 1) };
}
