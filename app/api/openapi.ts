export const buildOpenApi = (publicUrl: string): object => ({ openapi: '3.1.0', servers: [{ url: publicUrl }], paths: {} })
