import { Readable } from 'node:stream';
import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isAllowed } from '../../application/caller.js';
import { AuditExport } from '../../application/audit/audit-export.js';
import type { GetAuditTrailData } from '../../application/audit/get-audit-trail/get-audit-trail.dto.js';
import type { AuditEntry } from '../../contract/audit-entry.js';
import { forbidden } from '../api-failure.js';
import { validateData } from '../endpoint/validate-data.js';
import { CORRELATION_HEADER, correlationIdOf, headerOf } from '../http-exchange.js';
import { CSV_HEADER, csvLine } from './audit-csv.js';
import { AUDIT_ROUTE } from './read-routes.js';
import { dataOf, Reader, specOf } from './reader.js';

interface ExportFormat {
  readonly contentType: string;
  readonly header: string;
  readonly line: (entry: AuditEntry) => string;
}

const FORMATS: readonly ExportFormat[] = [
  { contentType: 'text/csv', header: CSV_HEADER, line: csvLine },
  { contentType: 'application/x-ndjson', header: '', line: (entry) => `${JSON.stringify(entry)}\n` },
];

/** Text gathered before it is handed to the socket: single lines would cost a write each. */
const CHUNK_LENGTH = 64 * 1024;

/** The audit trail: a page as JSON, or by `Accept` everything that matches as CSV or NDJSON (CONTRACT section 7). */
@ApiExcludeController()
@Controller('/api/core')
export class AuditController {
  constructor(
    private readonly reader: Reader,
    private readonly auditExport: AuditExport,
  ) {}

  @Get(AUDIT_ROUTE.path)
  async read(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const accept = headerOf(request, 'accept') ?? '';
    const format = FORMATS.find((each) => accept.includes(each.contentType));
    if (!format) return this.reader.answer(AUDIT_ROUTE, request, reply);

    const caller = await this.reader.caller(request);
    const spec = specOf(AUDIT_ROUTE);
    if (!isAllowed(caller, spec.permission))
      throw forbidden(`${spec.name} needs the permission '${spec.permission}'.`, spec.permission);
    const data = validateData(spec, dataOf(AUDIT_ROUTE, request)) as GetAuditTrailData;
    const text = await begun(lines(this.auditExport.export(caller, data), format));
    void reply
      .header(CORRELATION_HEADER, correlationIdOf(request))
      .header('content-type', `${format.contentType}; charset=utf-8`)
      .header(
        'content-disposition',
        `attachment; filename="audit-${new Date().toISOString().slice(0, 10)}.${format.contentType === 'text/csv' ? 'csv' : 'ndjson'}"`,
      )
      .send(Readable.from(text));
  }
}

/** The same texts, the first of them made already: what goes wrong by then is still answered in the envelope. */
async function begun(texts: AsyncGenerator<string>): Promise<AsyncIterable<string>> {
  const first = await texts.next();
  return (async function* () {
    if (first.done === true) return;
    yield first.value;
    yield* texts;
  })();
}

async function* lines(entries: AsyncIterable<AuditEntry>, { header, line }: ExportFormat): AsyncGenerator<string> {
  let text = header;
  for await (const entry of entries) {
    text += line(entry);
    if (text.length < CHUNK_LENGTH) continue;
    yield text;
    text = '';
  }
  if (text !== '') yield text;
}
