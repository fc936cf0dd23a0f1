import { setTimeout as pause } from 'node:timers/promises';
import { Controller, Get, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { isAllowed, type Caller } from '../../application/caller.js';
import { EventFeed } from '../../application/events/event-feed.js';
import { EVENT_TYPES, findVainPattern } from '../../application/events/event-of.js';
import { InstanceFeed } from '../../application/events/instance-feed.js';
import type { InstanceHead } from '../../application/ports/readers.js';
import type { TrailPosition } from '../../application/ports/trail-tail.js';
import { instanceNotFound, type Answer } from '../../contract/answer.js';
import { forbidden, invalidRequest } from '../api-failure.js';
import { Dispatcher } from '../endpoint/dispatcher.js';
import { correlationIdOf, headerOf, sendJson } from '../http-exchange.js';
import { Reader, specOf } from '../reads/reader.js';
import { block, sendEvents } from './event-stream.js';
import { OpenStreams } from './open-streams.js';
import { idOfPosition, positionOfId } from './stream-position.js';

/** Between two looks at the progress of a batch, in ms. */
const PROGRESS_MS = 1_000;
const BATCH = { path: 'batches/:id/events', request: 'GetBatchQuery' };

/** Server-sent events: the tenant's, one instance's, one batch's. */
@ApiExcludeController()
@Controller('/api/core')
export class StreamsController {
  constructor(
    private readonly reader: Reader,
    private readonly streams: OpenStreams,
    private readonly feed: EventFeed,
    private readonly instances: InstanceFeed,
    private readonly dispatcher: Dispatcher,
  ) {}

  @Get('events')
  async events(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const caller = await this.allowed(request, 'audit:read');
    const patterns = patternsOf(request);
    const lastId = headerOf(request, 'last-event-id');
    const from = lastId === undefined || lastId === '' ? await this.feed.now() : givenPosition(lastId);
    const signal = this.streams.open(caller, reply);
    let reached = from;
    const blocks = this.trail(caller.tenantId, patterns, from, signal, (position) => (reached = position));
    await sendEvents(request, reply, blocks, () => block({ id: idOfPosition(reached) }));
  }

  @Get('instances/:guid/events')
  async instance(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const caller = await this.allowed(request, 'instance:read');
    const { guid } = request.params as { guid: string };
    const head = await this.instances.find(caller.tenantId, guid);
    if (!head) return sendJson(reply, correlationIdOf(request), 200, JSON.stringify(instanceNotFound(guid)));
    const heads = this.instances.follow(caller.tenantId, head, this.streams.open(caller, reply));
    await sendEvents(request, reply, headBlocks(heads));
  }

  @Get('batches/:id/events')
  async batch(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const caller = await this.reader.caller(request);
    const { id } = request.params as { id: string };
    const look = () => this.dispatcher.dispatch(specOf(BATCH), { batchId: id }, caller, undefined);
    const { httpStatus, body } = await look();
    if (!isFound(body)) return sendJson(reply, correlationIdOf(request), httpStatus, body);
    await sendEvents(request, reply, progress(body, look, this.streams.open(caller, reply)));
  }

  private async *trail(
    tenantId: string,
    patterns: readonly string[],
    from: TrailPosition,
    signal: AbortSignal,
    reach: (position: TrailPosition) => void,
  ): AsyncGenerator<string> {
    // Whoever loses the stream before its first event misses nothing either.
    yield block({ id: idOfPosition(from) });
    for await (const told of this.feed.follow(tenantId, patterns, from, signal)) {
      if (!('event' in told)) reach(told);
      else yield block({ id: idOfPosition(told.position), event: told.event, data: told.body });
    }
  }

  private async allowed(request: FastifyRequest, permission: string): Promise<Caller> {
    const caller = await this.reader.caller(request);
    if (isAllowed(caller, permission)) return caller;
    throw forbidden(`This stream needs the permission '${permission}'.`, permission);
  }
}

async function* headBlocks(heads: AsyncGenerator<InstanceHead>): AsyncGenerator<string> {
  for await (const { instanceGuid, status, version, currentActivityId } of heads) {
    const data = JSON.stringify({ instanceGuid, status, version, currentActivityId });
    yield block({ id: String(version), event: 'instance', data });
  }
}

/** How a batch stands, again and again until it has ended. */
async function* progress(
  first: string,
  look: () => Promise<{ readonly body: string }>,
  signal: AbortSignal,
): AsyncGenerator<string> {
  let shown = '';
  for (let body = first; ; { body } = await look()) {
    if (!isFound(body)) return;
    const batch = (JSON.parse(body) as Answer<{ readonly status: string }>).data;
    const data = JSON.stringify(batch);
    if (data !== shown) yield block({ event: 'batch', data });
    shown = data;
    if (batch.status === 'completed' || batch.status === 'aborted') return;
    await pause(PROGRESS_MS, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
  }
}

function isFound(body: string): boolean {
  return (JSON.parse(body) as Answer).isSuccessful;
}

/** `types=incident.*,batch.*`; all without it. @throws ApiFailure */
function patternsOf(request: FastifyRequest): readonly string[] {
  const given = (request.query as { types?: string | string[] }).types ?? '*';
  const patterns = String(given)
    .split(',')
    .map((pattern) => pattern.trim());
  const vain = findVainPattern(patterns);
  if (vain === null && patterns.length <= 100) return patterns;
  const message = `types must be among *, incident.*, ..., ${EVENT_TYPES.join(', ')}, but one is '${vain ?? ''}'`;
  throw invalidRequest([{ field: 'types', code: 'unknown', message }]);
}

function givenPosition(lastId: string): TrailPosition {
  const position = positionOfId(lastId);
  if (position) return position;
  const message = 'Last-Event-ID must be the id of an event of this stream';
  throw invalidRequest([{ field: 'Last-Event-ID', code: 'type', message }]);
}
