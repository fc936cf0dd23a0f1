/** A page of a list, with the reference's names (CONTRACT section 6). */
export function pageView(
  items: readonly unknown[],
  pageNumber: number,
  pageSize: number,
  totalRecords: number,
): Record<string, unknown> {
  const totalPages = Math.ceil(totalRecords / pageSize);
  return {
    items,
    pageNumber,
    pageSize,
    totalPages,
    totalRecords,
    hasNextPage: pageNumber < totalPages,
    hasPreviousPage: pageNumber > 1,
  };
}
