import { OptionalChoice, OptionalFlag, OptionalInt, OptionalText } from '../../requests/fields.js';

export const DEFINITION_SORT_KEYS = ['name', 'category', 'createdDate', 'version', 'updatedDate'] as const;

/** Reference origin.md 4.17. */
export class GetProcessDefinitionListData {
  @OptionalInt('From 1.', 1, 1_000_000)
  pageNumber?: number;

  @OptionalInt('20 without it.', 1, 100)
  pageSize?: number;

  @OptionalText('In the name or the description.', 255)
  searchText?: string;

  @OptionalText('Only of this category.', 255)
  category?: string;

  @OptionalFlag('Only active, or only inactive ones.')
  isActive?: boolean;

  @OptionalChoice('`name` without it.', DEFINITION_SORT_KEYS)
  sortBy?: (typeof DEFINITION_SORT_KEYS)[number];

  @OptionalChoice('`asc` without it.', ['asc', 'desc'])
  sortDirection?: 'asc' | 'desc';
}
