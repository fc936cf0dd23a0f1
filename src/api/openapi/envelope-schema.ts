/** The envelope of every answer (CONTRACT section 1), for OpenAPI. */
export const ENVELOPE = {
  type: 'object',
  required: ['isSuccessful', 'message', 'statusCode'],
  properties: {
    isSuccessful: { type: 'boolean' },
    message: { type: 'string', description: 'One sentence.' },
    statusCode: {
      type: 'string',
      description: '"00" done; "99" refused by the domain or the task failed again; "40", "404", "401", ...',
      example: '00',
    },
    data: { description: 'The result, or help for the caller.', nullable: true },
  },
};

/** `data` of a 400. */
export const FIELD_ERRORS = {
  type: 'object',
  properties: {
    data: {
      type: 'object',
      properties: {
        errors: {
          type: 'array',
          items: {
            type: 'object',
            properties: { field: { type: 'string' }, code: { type: 'string' }, message: { type: 'string' } },
          },
        },
      },
    },
  },
};
