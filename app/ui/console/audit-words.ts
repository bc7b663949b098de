/** What an action of the audit is called. */
export const ACTION_WORDS = {
  'issuer.create': 'Issuer created',
  'issuer.update': 'Issuer changed',
  'signing_key.publish': 'Signing key published',
  'signing_key.retire': 'Signing key retired',
  'signing_key.revoke': 'Signing key revoked',
  'api_key.create': 'API key created',
  'api_key.update': 'API key changed',
  'api_key.rotate': 'API key rotated',
  'api_key.revoke': 'API key revoked',
  'receipt.revoke': 'Receipt withdrawn',
  'content.erase': 'Content erased',
  'admin.join': 'Admin joined',
  'admin.invite': 'Admin invited',
  'admin.update': 'Admin changed',
  'admin.remove': 'Admin removed',
  'admin.recover': 'Admin recovered',
  'webhook.create': 'Webhook created',
  'webhook.update': 'Webhook changed',
  'webhook.remove': 'Webhook removed',
}

export const actionWord = (action: string): string =>
  (ACTION_WORDS as Record<string, string>)[action] ?? action
