/**
 * The variables of one instance: 200 bytes of JSON, the same for every system.
 * @param {number} index
 */
export function sampleVariables(index) {
  const variables = { orderId: index, customer: `C-${Math.abs(index) % 1000}`, amount: 1234.56, note: '' };
  variables.note = 'x'.repeat(Math.max(0, 200 - JSON.stringify(variables).length));
  return variables;
}
