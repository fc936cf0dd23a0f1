/** What one pass over the XML text finds before any parser sees it. */
export interface XmlScan {
  /** Offset of the opening `<` of the first element with each id, those in diagrams and extension elements excluded. */
  readonly offsets: Map<string, number>;
  readonly duplicates: { readonly id: string; readonly offset: number }[];
  /** Stretches that hold diagram interchange: nothing in them executes. */
  readonly diagrams: { readonly start: number; readonly end: number }[];
}

/** Why a text is not even looked at as a model. */
export class UnsafeXml extends Error {
  constructor(
    readonly rule: string,
    message: string,
    readonly offset: number,
    readonly hint: string | null = null,
  ) {
    super(message);
  }
}

const MAX_DEPTH = 100;
const MAX_TAGS = 250_000;
/** Elements with an id, as in `offsets`. */
const MAX_ELEMENTS = 10_000;
/** Texts where BPMN has none: the parser goes through the whole model for each, to say where it stands. */
const MAX_STRAY_TEXTS = 100;
/** Elements of BPMN that hold text: expressions, scripts, descriptions and references. */
const HOLDS_TEXT =
  /(?:^|:)(?:documentation|text|script|\w*[eE]xpression|\w*[cC]ondition|loopCardinality|time(?:Date|Duration|Cycle)|transformation|from|to|\w*Path|incoming|outgoing|source|target|\w+Refs?)$/;
const NAME = /[^\s<>/="'&?!]+/y;
const ATTRIBUTE = /\s+([^\s<>/="'&?!]+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/y;
const TAG_END = /\s*(\/?)>/y;

/**
 * Reads the tags of an XML text in one linear pass: checks that it is well-formed and within bounds, and notes where the
 * elements stand. Entities other than XML's own five are impossible, as a DOCTYPE is refused.
 * @throws UnsafeXml
 */
export function scanXml(xml: string): XmlScan {
  return new Scanner(xml).scan();
}

class Scanner {
  private at = 0;
  private tags = 0;
  private strayTexts = 0;
  private rootClosed = false;
  private readonly open: { readonly name: string; readonly offset: number }[] = [];
  /** Depth of the diagram or the extension elements that are being read; 0: none. */
  private asideDepth = 0;
  private readonly found: XmlScan = { offsets: new Map(), duplicates: [], diagrams: [] };

  constructor(private readonly xml: string) {}

  scan(): XmlScan {
    while (this.at < this.xml.length) {
      const next = this.xml.indexOf('<', this.at);
      this.text(next < 0 ? this.xml.length : next);
      if (next >= 0) this.markup();
    }
    const last = this.open.at(-1);
    if (last) throw this.malformed(`Expected </${last.name}>, but the text ends`, last.offset);
    if (!this.rootClosed) throw this.malformed('Expected a BPMN model in XML, but found no element', 0);
    return this.found;
  }

  private text(end: number): void {
    if (
      this.open.length === 0 &&
      this.xml
        .slice(this.at, end)
        .replace(/^\uFEFF/, '')
        .trim() !== ''
    )
      throw this.malformed('Expected nothing but elements at the top, but found text', this.at);
    this.strayText(this.at, end);
    this.at = end;
  }

  private strayText(from: number, to: number): void {
    const element = this.open.at(-1);
    if (to <= from || !element || this.asideDepth > 0 || HOLDS_TEXT.test(element.name) || !/\S/.test(this.xml.slice(from, to)))
      return;
    if (++this.strayTexts > MAX_STRAY_TEXTS)
      throw new UnsafeXml('unexpected-text', `Expected no text in <${element.name}>, but found some`, from, 'Remove it.');
  }

  private markup(): void {
    const { xml, at } = this;
    if (xml.startsWith('<!--', at)) return this.skipTo('-->', 'a comment');
    if (xml.startsWith('<?', at)) return this.skipTo('?>', 'a processing instruction');
    if (xml.startsWith('<![CDATA[', at)) {
      this.skipTo(']]>', 'a CDATA section');
      return this.strayText(at, this.at);
    }
    if (xml.startsWith('<!', at))
      throw new UnsafeXml('no-doctype', 'Expected no DOCTYPE or ENTITY, but found one', at, 'Remove it; BPMN needs none.');
    if (xml.startsWith('</', at)) return this.closeTag();
    this.openTag();
  }

  private skipTo(end: string, what: string): void {
    const found = this.xml.indexOf(end, this.at + 2);
    if (found < 0) throw this.malformed(`Expected '${end}' at the end of ${what}, but the text ends`, this.at);
    this.at = found + end.length;
  }

  private openTag(): void {
    const offset = this.at;
    this.at++;
    const name = this.match(NAME)?.[0];
    if (name === undefined) throw this.malformed("Expected a name after '<', but found something else", offset);
    if (this.rootClosed) throw this.malformed(`Expected one root element, but found <${name}> after it`, offset);
    const id = this.attributes(name);
    const end = this.match(TAG_END);
    if (!end) throw this.malformed(`Expected attributes name="value" and '>' in <${name}>, but found something else`, this.at);
    if (++this.tags > MAX_TAGS) throw this.tooMany(MAX_TAGS, 'XML elements', offset);
    if (this.asideDepth === 0 && this.isAside(name)) this.asideDepth = this.open.length + 1;
    if (id !== null && this.asideDepth === 0) this.keepId(id, offset);
    this.open.push({ name, offset });
    if (this.open.length > MAX_DEPTH)
      throw new UnsafeXml('nesting-too-deep', `Expected at most ${MAX_DEPTH} levels of elements, but there are more`, offset);
    if (end[1] === '/') this.closed();
  }

  /** @returns the id, if there is one. */
  private attributes(element: string): string | null {
    const seen = new Set<string>();
    let id: string | null = null;
    for (let match = this.match(ATTRIBUTE); match; match = this.match(ATTRIBUTE)) {
      const name = match[1] ?? '';
      if (seen.has(name)) throw this.malformed(`Expected attribute ${name} of <${element}> once, but it is there twice`, this.at);
      seen.add(name);
      if (name === 'id') id = match[2] ?? match[3] ?? '';
    }
    return id;
  }

  private closeTag(): void {
    const offset = this.at;
    this.at += 2;
    const name = this.match(NAME)?.[0] ?? '';
    const expected = this.open.at(-1)?.name;
    if (name !== expected || this.match(TAG_END)?.[1] !== '')
      throw this.malformed(`Expected ${expected ? `</${expected}>` : 'no closing tag'}, but found </${name}>`, offset);
    this.closed();
  }

  private closed(): void {
    const element = this.open.pop();
    if (this.asideDepth === this.open.length + 1) {
      if (element?.name.endsWith('BPMNDiagram')) this.found.diagrams.push({ start: element.offset, end: this.at });
      this.asideDepth = 0;
    }
    this.rootClosed = this.open.length === 0;
  }

  /** Diagrams and extension elements have ids of their own kind, which may repeat those of the model. */
  private isAside(name: string): boolean {
    return /(^|:)extensionElements$/.test(name) || (this.open.length === 1 && /(^|:)BPMNDiagram$/.test(name));
  }

  private keepId(id: string, offset: number): void {
    if (this.found.offsets.has(id)) this.found.duplicates.push({ id, offset });
    else this.found.offsets.set(id, offset);
    if (this.found.offsets.size > MAX_ELEMENTS) throw this.tooMany(MAX_ELEMENTS, 'elements with an id', offset);
  }

  private match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    const match = pattern.exec(this.xml);
    if (match) this.at = pattern.lastIndex;
    return match;
  }

  private tooMany(limit: number, what: string, offset: number): UnsafeXml {
    return new UnsafeXml('too-many-elements', `Expected at most ${limit} ${what}, but there are more`, offset);
  }

  private malformed(message: string, offset: number): UnsafeXml {
    return new UnsafeXml('malformed-xml', message, offset);
  }
}
