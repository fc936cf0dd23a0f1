import { Readable } from 'node:stream';
import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { BatchReport } from '../../application/batches/batch-report.js';
import { isAllowed } from '../../application/caller.js';
import { forbidden, unknownPath } from '../api-failure.js';
import { CORRELATION_HEADER, correlationIdOf, pathOf } from '../http-exchange.js';
import { csvRow } from './csv.js';
import { REPORT_ROUTE } from './read-routes.js';
import { Reader, specOf } from './reader.js';

const COLUMNS = [
  'item',
  'instanceGuid',
  'taskId',
  'state',
  'statusBefore',
  'statusAfter',
  'errorCode',
  'errorMessage',
  'reason',
  'startedAt',
  'endedAt',
] as const;

/** What became of each item of a batch, as one CSV file. */
@ApiExcludeController()
@Controller('/api/core')
export class BatchReportController {
  constructor(
    private readonly reader: Reader,
    private readonly reports: BatchReport,
  ) {}

  @Get(REPORT_ROUTE.path)
  async read(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const caller = await this.reader.caller(request);
    const { permission, name } = specOf(REPORT_ROUTE);
    if (!isAllowed(caller, permission)) throw forbidden(`${name} needs the permission '${permission}'.`, permission);
    const { id = '' } = request.params as Readonly<Record<string, string>>;
    const pages = await this.reports.of(caller.tenantId, id);
    if (!pages) throw unknownPath(request.method, pathOf(request));
    void reply
      .header(CORRELATION_HEADER, correlationIdOf(request))
      .header('content-type', 'text/csv; charset=utf-8')
      .header('content-disposition', `attachment; filename="batch-${Number(id)}.csv"`)
      .send(Readable.from(linesOf(pages)));
  }
}

async function* linesOf(pages: AsyncIterable<readonly Readonly<Record<string, unknown>>[]>): AsyncGenerator<string> {
  yield csvRow(COLUMNS);
  for await (const page of pages) yield page.map((item) => csvRow(COLUMNS.map((column) => item[column]))).join('');
}
