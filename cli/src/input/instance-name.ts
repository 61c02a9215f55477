/** What names an instance, as far as it was given. */
export interface InstanceName {
  readonly type: string | undefined;
  readonly instance: string | undefined;
}

/** Other commands print `type/instance`, so that is taken as one word as well. No type has a slash in its name. */
export function instanceName(type: string | undefined, instance: string | undefined): InstanceName {
  const slash = instance === undefined ? (type?.indexOf("/") ?? -1) : -1;
  return slash === -1 ? { type, instance } : { type: type?.slice(0, slash), instance: type?.slice(slash + 1) };
}
