import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { done, refused, type Answer } from '../../../contract/answer.js';
import { DefinitionStore } from '../../ports/readers.js';
import { wholeNumber } from '../../requests/field-values.js';
import { definitionNotFound } from '../definition-view.js';
import { GetProcessDefinitionXmlQuery } from './get-process-definition-xml.command.js';

/** What `data` holds when the answer is successful. */
interface DefinitionXml {
  readonly id: number;
  readonly version: number;
  readonly processKey: string;
  readonly bpmnXml: string;
}

@CommandHandler(GetProcessDefinitionXmlQuery)
export class GetProcessDefinitionXmlHandler implements ICommandHandler<GetProcessDefinitionXmlQuery, Answer> {
  constructor(private readonly definitions: DefinitionStore) {}

  async execute({ data, caller }: GetProcessDefinitionXmlQuery): Promise<Answer> {
    const id = wholeNumber('id', data.id);
    const definition = await this.definitions.findById(caller.tenantId, id);
    if (!definition) return definitionNotFound(id);
    const version = data.version ?? definition.version;
    const stored = await this.definitions.loadVersion(id, version);
    if (!stored) {
      const message = `Process definition '${definition.name}' has no version ${version}. Newest: ${definition.version}`;
      return refused(message, { newestVersion: definition.version }, '404');
    }
    const xml: DefinitionXml = { id, version, processKey: stored.processKey, bpmnXml: stored.xml };
    return done('Process definition model retrieved successfully', xml);
  }
}
