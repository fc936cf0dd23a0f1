import { readFileSync } from 'node:fs';
import { accepted, compiled } from './model-text.js';

const xml = readFileSync('examples/loan-application.bpmn', 'utf8');

describe('the loan application example', () => {
  it('is accepted without a warning', async () => {
    const { processes, warnings, elementCounts } = await accepted(xml);

    expect(warnings).toEqual([]);
    expect(processes.map(({ key, name }) => [key, name])).toEqual([['loan-application', 'Loan Application']]);
    expect(elementCounts).toMatchObject({
      startEvent: 1,
      endEvent: 2,
      serviceTask: 1,
      userTask: 1,
      exclusiveGateway: 1,
      sequenceFlow: 9,
    });
  });

  it('asks the credit bureau over HTTP and keeps the score', async () => {
    const process = await compiled(xml);

    const task = process.nodesById.get('Task_CreditCheck');

    expect(task).toMatchObject({
      type: 'serviceTask',
      name: 'Perform Credit Check',
      work: {
        connector: 'http',
        timeoutMs: 5000,
        config: {
          dialect: 'banklingo',
          endpoint: '${creditBureauUrl}/score/${customerId}',
          method: 'GET',
          headers: null,
          payloadTemplate: null,
        },
      },
      retryPolicy: null,
    });
    if (task?.type !== 'serviceTask') throw new Error('Expected a service task');
    expect(task.outputs.map(({ target, source }) => [target, source.evaluate({ score: 720 })])).toEqual([['creditScore', 720]]);
  });

  it('routes by the action of the user task', async () => {
    const process = await compiled(xml);

    const gateway = process.nodesById.get('Gateway_Decision');

    const taken = (action: string): string[] =>
      (gateway?.outgoing ?? [])
        .filter((flow) => flow.condition?.evaluate({ lastUserAction: action }) === true)
        .map((flow) => flow.target.id);
    expect(taken('approve')).toEqual(['Task_RecordApproval']);
    expect(taken('reject')).toEqual(['Task_RecordRejection']);
    expect(process.nodesById.get('Task_ApprovalDecision')).toMatchObject({
      actions: [
        { action: 'approve', label: 'Approve Loan' },
        { action: 'reject', label: 'Reject Loan' },
      ],
    });
  });

  it('draws every element', () => {
    const drawn = new Set([...xml.matchAll(/bpmnElement="([^"]+)"/g)].map((match) => match[1]));
    const ids = [...xml.matchAll(/<bpmn:(?:\w+Event|\w+Task|\w+Gateway|sequenceFlow) id="([^"]+)"/g)].map((match) => match[1]);

    expect(ids.length).toBe(19);
    expect(ids.filter((id) => !drawn.has(id))).toEqual([]);
  });
});
