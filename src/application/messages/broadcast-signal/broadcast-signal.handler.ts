import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { refused, type Answer } from '../../../contract/answer.js';
import { BroadcastSignalCommand } from './broadcast-signal.command.js';

/** No model with signal events is accepted yet, so nobody can wait for one: a success would be a lie. */
@CommandHandler(BroadcastSignalCommand)
export class BroadcastSignalHandler implements ICommandHandler<BroadcastSignalCommand, Answer> {
  execute({ data }: BroadcastSignalCommand): Promise<Answer> {
    const message = `Signal '${data.name}' was not broadcast: signal events are not available yet. Publish a message instead.`;
    return Promise.resolve(refused(message, { correlated: [], buffered: false }));
  }
}
