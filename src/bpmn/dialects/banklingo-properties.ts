import type { ExtensionElement, Extensions } from '../extensions.js';
import type { Report } from '../problem.js';

/** `custom:property` settings of one element. Names are compared without regard to case. */
export class BankLingoProperties {
  private readonly byName = new Map<string, { readonly name: string; readonly value: string }>();
  private readonly taken = new Set<string>();

  constructor(extensions: Extensions, report: Report) {
    for (const element of extensions.elements.filter(({ name }) => name.toLowerCase() === 'properties'))
      for (const child of element.children) this.keep(child, report);
  }

  /** A property's value; null when absent or blank. It counts as read. */
  take(name: string): string | null {
    const key = name.toLowerCase();
    this.taken.add(key);
    const value = this.byName.get(key)?.value;
    return value === undefined || value.trim() === '' ? null : value;
  }

  /** A property's value without counting it as read. */
  peek(name: string): string | null {
    return this.byName.get(name.toLowerCase())?.value.trim() || null;
  }

  /** What has not been taken: names as written, to values. */
  get remaining(): Readonly<Record<string, string>> {
    const left = [...this.byName].filter(([key]) => !this.taken.has(key));
    return Object.fromEntries(left.map(([, { name, value }]) => [name, value]));
  }

  private keep(child: ExtensionElement, report: Report): void {
    const name = attribute(child, 'name')?.trim();
    if (child.name.toLowerCase() !== 'property' || !name)
      return report.error(
        'unsupported-extension',
        `Expected custom:property with a name, but found custom:${child.name} ${name ?? ''}`.trim(),
      );
    const key = name.toLowerCase();
    if (this.byName.has(key)) report.error('duplicate-property', `Expected property '${name}' once, but it is there twice`);
    this.byName.set(key, { name, value: attribute(child, 'value') ?? child.text });
  }
}

function attribute(element: ExtensionElement, name: string): string | undefined {
  return Object.entries(element.attributes).find(([key]) => key.toLowerCase() === name)?.[1];
}
