import { Readable } from 'node:stream';
import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isAllowed, type Caller } from '../../application/caller.js';
import { AuditExport } from '../../application/audit/audit-export.js';
import { AuditExportData } from '../../application/audit/audit-export.dto.js';
import { refused } from '../../contract/answer.js';
import { forbidden, invalidRequest } from '../api-failure.js';
import { validateData } from '../endpoint/validate-data.js';
import { CORRELATION_HEADER, correlationIdOf, headerOf, sendJson } from '../http-exchange.js';
import { CSV_HEADER, csvLine } from './audit-csv.js';
import { queryData } from './query-data.js';
import { AUDIT_ROUTE } from './read-routes.js';
import { Reader, specOf } from './reader.js';

const CSV = 'text/csv';
const NDJSON = 'application/x-ndjson';

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
    const format = [CSV, NDJSON].find((each) => accept.includes(each));
    if (format === undefined) return this.reader.answer(AUDIT_ROUTE, request, reply);

    const caller = await this.reader.caller(request);
    const { name, permission, ...spec } = specOf(AUDIT_ROUTE);
    if (!isAllowed(caller, permission)) throw forbidden(`${name} needs the permission '${permission}'.`, permission);
    const query = queryData(AuditExportData, request.query as Record<string, unknown>);
    const data = validateData({ ...spec, name, permission, data: AuditExportData }, query) as AuditExportData;
    if (data.proof === true && format === CSV) throw proofOfCsv();
    const { proofRefusal } = this.auditExport;
    if (data.proof === true && proofRefusal !== null)
      return sendJson(reply, correlationIdOf(request), 200, JSON.stringify(refused(proofRefusal, null)));
    const text = await begun(inChunks(this.lines(caller, data, format)));
    const day = new Date().toISOString().slice(0, 10);
    void reply
      .header(CORRELATION_HEADER, correlationIdOf(request))
      .header('content-type', `${format}; charset=utf-8`)
      .header('content-disposition', `attachment; filename="audit-${day}.${format === CSV ? 'csv' : 'ndjson'}"`)
      .send(Readable.from(text));
  }

  private async *lines(caller: Caller, data: AuditExportData, format: string): AsyncGenerator<string> {
    if (data.proof === true) {
      yield* this.auditExport.proof(caller, data, format);
      return;
    }
    if (format === CSV) yield CSV_HEADER;
    const line = format === CSV ? csvLine : (entry: object): string => `${JSON.stringify(entry)}\n`;
    for await (const entries of this.auditExport.entries(caller, data, format)) {
      let text = '';
      for (const entry of entries) text += line(entry);
      yield text;
    }
  }
}

function proofOfCsv(): Error {
  const message = `proof needs Accept: ${NDJSON}: a table has no place for it`;
  return invalidRequest([{ field: 'data.proof', code: 'format', message }]);
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

async function* inChunks(texts: AsyncIterable<string>): AsyncGenerator<string> {
  let chunk = '';
  for await (const text of texts) {
    chunk += text;
    if (chunk.length < CHUNK_LENGTH) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}
