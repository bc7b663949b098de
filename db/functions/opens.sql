-- An API key takes posts until it is revoked or expires, with its secret, or with the secret before
-- the rotation until the overlap ends. `hash` is the keyed hash of the client's secret. Postgres
-- inlines this expression, so a call is free.
CREATE OR REPLACE FUNCTION opens(hash bytea, k api_keys, at timestamptz) RETURNS boolean
  LANGUAGE sql IMMUTABLE AS $$
  SELECT ((k.revoked_at IS NULL OR k.revoked_at > at) AND (k.expires_at IS NULL OR k.expires_at > at)
    AND hash IN (k.secret_hash, CASE WHEN k.previous_expires_at > at THEN k.previous_hash END)
  ) IS TRUE
$$;
