-- Most groups hold nothing but new receipts, with room for all of them. This stores such a group
-- whole, or changes nothing and returns no row: then `ingest` decides on each by itself. It has no
-- rule of its own: what it stores, and counts, is what `ingest` would.
--
-- The places are taken first, which locks the counters, and given back where something speaks
-- against the group: nobody sees them before the commit. A plain index scan walks them in key order,
-- as lock_counters does, so two groups never wait for each other. All that is asked about keys and
-- caps is asked afterwards, so that it is as new as the locks.
--
-- p_keys are the distinct API keys, with the keyed hash of the secret they were posted with and how
-- many of the receipts are theirs; p_kids the distinct signing keys, with their issuers. A row tells
-- of one API key, just after the last of its receipts.
CREATE FUNCTION ingest_new(
  p_keys text[], p_secrets bytea[], p_posts integer[], p_kids text[], p_kid_issuers text[],
  p_api_key text[], p_id bytea[], p_digest bytea[], p_issuer text[], p_kid text[], p_jws text[],
  p_visibility text[], p_content_digest bytea[], p_jti text[], p_content bytea[]
) RETURNS TABLE (
  api_key text, used bigint, reserved bigint, cap bigint, resets_at timestamptz
) LANGUAGE plpgsql VOLATILE
  SET enable_seqscan = off SET enable_bitmapscan = off
  SET enable_hashjoin = off SET enable_mergejoin = off
  SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  now_ timestamptz;
  month text := cap_period(clock_timestamp());
  keys text[];
  key_used bigint[];
  key_reserved bigint[];
  key_cap bigint[];
  key_mode text[];
  -- Where it is the same for all, which is quicker to say than each key's own.
  one_mode text;
  are_new boolean;
BEGIN
  WITH taken AS (
    UPDATE cap_usage c SET used = c.used + p_posts[array_position(p_keys, c.api_key)]
      WHERE c.api_key = ANY (p_keys) AND c.period = month
      RETURNING c.api_key, c.used, c.reserved
  )
  SELECT array_agg(t.api_key), array_agg(t.used), array_agg(t.reserved)
    INTO keys, key_used, key_reserved FROM taken t;
  now_ := clock_timestamp();
  -- A month that turned while this waited for its locks would be counted in the wrong one.
  IF cap_period(now_) <> month THEN
    RAISE EXCEPTION 'the month turned' USING ERRCODE = 'serialization_failure';
  END IF;

  SELECT array_agg(k.cap ORDER BY k.at), array_agg(k.mode ORDER BY k.at),
         CASE WHEN min(k.mode) = max(k.mode) THEN min(k.mode) END,
         count(*) = cardinality(p_keys) AND bool_and(k.is_usable)
           AND bool_and(k.cap IS NULL OR key_used[k.at] + key_reserved[k.at] <= k.cap)
           AND NOT EXISTS (SELECT FROM reservations r
                             WHERE r.api_key = ANY (keys) AND r.expires_at <= now_)
           AND NOT EXISTS (SELECT FROM receipts s WHERE s.id = ANY (p_id))
           AND NOT EXISTS (SELECT FROM unnest(p_kids, p_kid_issuers) AS i(kid, issuer)
                             WHERE NOT EXISTS (SELECT FROM signing_keys g WHERE g.kid = i.kid
                                                 AND g.issuer = i.issuer AND g.state = 'active'))
    INTO key_cap, key_mode, one_mode, are_new
    FROM (SELECT a.cap, a.mode, array_position(keys, a.id) AS at,
                 -- NULL where there is no second secret and the first is another: bool_and skips it.
                 ((a.revoked_at IS NULL OR a.revoked_at > now_)
                   AND (a.expires_at IS NULL OR a.expires_at > now_)
                   AND p_secrets[array_position(p_keys, a.id)] IN (a.secret_hash,
                     CASE WHEN a.previous_expires_at > now_ THEN a.previous_hash END)
                 ) IS TRUE AS is_usable
            FROM api_keys a WHERE a.id = ANY (keys)) k;

  IF are_new THEN
    -- Two of them may be one receipt or one job, and so may one that another process is storing
    -- under another API key: then the unique indexes undo all of it.
    BEGIN
      IF num_nonnulls(VARIADIC p_jti) > 0 THEN
        INSERT INTO jobs (issuer, mode, jti, receipt_id)
          SELECT i.issuer, coalesce(one_mode, key_mode[array_position(keys, i.api_key)]), i.jti, i.id
            FROM unnest(p_issuer, p_api_key, p_jti, p_id) AS i(issuer, api_key, jti, id)
            WHERE i.jti IS NOT NULL ORDER BY 1, 2, 3;
      END IF;
      INSERT INTO receipts (id, digest, issuer, kid, api_key, mode, visibility, jws, content_digest,
                            jti, received_at)
        SELECT i.id, i.digest, i.issuer, i.kid, i.api_key,
               coalesce(one_mode, key_mode[array_position(keys, i.api_key)]), i.visibility, i.jws,
               i.content_digest, i.jti, date_trunc('milliseconds', now_)
          FROM unnest(p_api_key, p_id, p_digest, p_issuer, p_kid, p_jws, p_visibility,
                      p_content_digest, p_jti)
            AS i(api_key, id, digest, issuer, kid, jws, visibility, content_digest, jti)
          ORDER BY i.id;
      IF num_nonnulls(VARIADIC p_content) > 0 THEN
        INSERT INTO contents (receipt_id, bytes)
          SELECT i.id, i.content FROM unnest(p_id, p_content) AS i(id, content)
            WHERE i.content IS NOT NULL ORDER BY i.id;
      END IF;
    EXCEPTION WHEN unique_violation THEN
      are_new := false;
    END;
  END IF;

  IF are_new THEN
    RETURN QUERY SELECT k.*, cap_resets_at(now_)
      FROM unnest(keys, key_used, key_reserved, key_cap) k;
  ELSE
    UPDATE cap_usage c SET used = c.used - p_posts[array_position(p_keys, c.api_key)]
      WHERE c.api_key = ANY (keys) AND c.period = month;
  END IF;
END $$;
