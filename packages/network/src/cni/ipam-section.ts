/** What a plugin's configuration says of addresses: its `ipam` section; empty where it has none. */
export function ipamSection(config: { readonly [key: string]: unknown }): Readonly<Record<string, unknown>> {
  const { ipam } = config;
  return typeof ipam === "object" && ipam !== null ? { ...ipam } : {};
}
