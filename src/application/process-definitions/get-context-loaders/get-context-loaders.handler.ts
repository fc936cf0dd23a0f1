import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, type Answer } from '../../../contract/answer.js';
import { GetContextLoadersQuery } from './get-context-loaders.command.js';

/** The server has no context loaders: who starts a process hands in its variables. */
@CommandHandler(GetContextLoadersQuery)
export class GetContextLoadersHandler implements ICommandHandler<GetContextLoadersQuery, Answer> {
  execute(): Promise<Answer> {
    return Promise.resolve(
      done('This server has no context loaders; hand in variables when you start a process', { contextLoaders: [] }),
    );
  }
}
