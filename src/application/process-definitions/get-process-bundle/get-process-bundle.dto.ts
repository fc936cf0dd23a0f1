import { OptionalFlag, RequiredId } from '../../requests/fields.js';

/** Reference origin.md 4.17. */
export class GetProcessBundleData {
  @RequiredId('The process definition.')
  processDefinitionId!: string | number;

  @OptionalFlag('With its ten newest instances.')
  includeInstances?: boolean;

  @OptionalFlag('With the definitions that it calls, or that call it.')
  includeRelatedDefinitions?: boolean;
}
