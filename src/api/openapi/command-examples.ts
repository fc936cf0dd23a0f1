/** What people try first, for the documentation page. */
export const COMMAND_EXAMPLES = {
  RetryFailedTask: {
    summary: 'Retry a failed task with corrected variables',
    value: {
      cmd: 'RetryFailedTaskCommand',
      data: { instanceGuid: 'loan-app-2024-001', updatedVariables: { timeout: 30000 }, comment: 'Increasing timeout to 30s' },
    },
  },
  SkipFailedTask: {
    summary: 'Skip a failed task with a stated result',
    value: {
      cmd: 'SkipFailedTaskCommand',
      data: {
        instanceGuid: 'loan-app-2024-001',
        additionalData: { creditScore: 640 },
        comment: 'Score read from the paper file',
      },
    },
  },
  CancelProcessInstance: {
    summary: 'Cancel an instance',
    value: { cmd: 'CancelProcessInstanceCommand', data: { instanceGuid: 'loan-app-2024-001', reason: 'Customer withdrew' } },
  },
  StartProcessInstance: {
    summary: 'Start an instance',
    value: {
      cmd: 'StartProcessInstanceCommand',
      data: { processKey: 'loan-application', variables: { customerId: 456, amount: 25000 } },
    },
  },
  ActivateJobs: {
    summary: 'Take jobs as a worker',
    value: { cmd: 'ActivateJobsCommand', data: { types: ['charge-card'], maxJobs: 5, worker: 'billing-1', waitMs: 0 } },
  },
  CompleteJob: {
    summary: 'Hand in the result of a job',
    value: { cmd: 'CompleteJobCommand', data: { jobId: 'loan-app-2024-001:3', token: 1, variables: { charged: true } } },
  },
  GetProcessInstanceState: {
    summary: 'Read the state of an instance',
    value: { cmd: 'GetProcessInstanceStateCommand', data: { instanceGuid: 'loan-app-2024-001' } },
  },
};
