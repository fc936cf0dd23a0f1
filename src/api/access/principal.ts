/** Who has authenticated. */
export interface Principal {
  readonly actor: { readonly type: 'user' | 'worker'; readonly id: string };
  readonly tenants: ReadonlySet<string>;
  /** Roles resolved; `*` is all. */
  readonly permissions: ReadonlySet<string>;
}
