import { OptionalFlag, RequiredId } from '../../requests/fields.js';

/** Reference origin.md 4.17. */
export class GetProcessDefinitionByIdData {
  @RequiredId('The process definition.')
  id!: string | number;

  @OptionalFlag('With the model.')
  includeXml?: boolean;

  @OptionalFlag('With figures on its instances.')
  includeStatistics?: boolean;
}
