-- Group commit: all receipts that waited, in arrival order, in one call. VOLATILE, so that each
-- statement inside sees every commit before its own start: after the locks, no other transaction
-- can move these counters. A single SQL statement would keep the snapshot from before its lock wait
-- and hand out the last place twice.
--
-- Most groups hold only new receipts, with room for all of them. Such a group is stored as one, and
-- a row is the counter of one API key, just after the last of its receipts. Otherwise answer_each
-- decides on each receipt by itself, and a row is the answer to one receipt, in the order of the
-- group: `stored`, `repeat` or the code of the refusal. `other` is then the receipt that holds the
-- job, and the counter is the API key's just after this receipt.
--
-- A statement costs time even if it finds no row, and a small group shares that cost among few
-- receipts: so a statement runs only if the group needs it. The arrays of `p_jti`, `p_content`,
-- `p_reservation` and `p_refusal` may be empty; `unnest` then gives NULLs.
CREATE OR REPLACE FUNCTION ingest(
  p_id bytea[], p_digest bytea[], p_api_key text[], p_secret_hash bytea[], p_issuer text[],
  p_kid text[], p_jws text[], p_visibility text[], p_content_digest bytea[], p_jti text[],
  p_content bytea[], p_reservation text[], p_refusal text[]
) RETURNS TABLE (
  api_key text, answer text, other bytea, used bigint, reserved bigint, cap bigint,
  resets_at timestamptz
) LANGUAGE plpgsql VOLATILE
  SET enable_seqscan = off SET enable_bitmapscan = off
  SET enable_hashjoin = off SET enable_mergejoin = off
  SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
DECLARE
  now_ timestamptz;
  month text := cap_period(clock_timestamp());
  keys text[];
  key_used bigint[];
  key_reserved bigint[];
  key_cap bigint[];
  key_mode text[];
  -- The mode of all keys, if they have one in common: quicker than a look-up for each receipt.
  one_mode text;
  are_new boolean;
  -- One element for each receipt; NULL while the group is stored as one.
  answers text[];
  others bytea[];
  o_used bigint[];
  o_reserved bigint[];
  o_cap bigint[];
BEGIN
  -- The places are taken first, which locks the counters in key order; answer_each gives them back.
  -- No other transaction sees them before the commit.
  WITH taken AS (
    INSERT INTO cap_usage AS c (api_key, period, used, reserved)
      SELECT i.api_key, month, count(*), 0 FROM unnest(p_api_key) AS i(api_key)
        GROUP BY i.api_key ORDER BY i.api_key
      ON CONFLICT (api_key, period) DO UPDATE SET used = c.used + excluded.used
      RETURNING c.api_key, c.used, c.reserved
  )
  SELECT array_agg(t.api_key), array_agg(t.used), array_agg(t.reserved)
    INTO keys, key_used, key_reserved FROM taken t;
  now_ := clock_timestamp();
  -- A month that turned during the wait for the locks would be counted in the wrong one.
  IF cap_period(now_) <> month THEN
    RAISE EXCEPTION 'the month turned' USING ERRCODE = 'serialization_failure';
  END IF;

  -- Keys and caps are read after the locks, so that they are as new as the locks.
  SELECT array_agg(a.cap ORDER BY k.ord), array_agg(a.mode ORDER BY k.ord),
         CASE WHEN min(a.mode) = max(a.mode) THEN min(a.mode) END,
         num_nonnulls(VARIADIC p_reservation) + num_nonnulls(VARIADIC p_refusal) = 0
           AND bool_and(a.cap IS NULL OR k.used + k.reserved <= a.cap)
           AND NOT EXISTS (SELECT FROM (SELECT DISTINCT * FROM unnest(p_api_key, p_secret_hash))
                               AS i(api_key, secret_hash)
                             JOIN api_keys a ON a.id = i.api_key
                             WHERE NOT opens(i.secret_hash, a, now_))
           AND NOT EXISTS (SELECT FROM reservations r
                             WHERE r.api_key = ANY (keys) AND r.expires_at <= now_)
           AND NOT EXISTS (SELECT FROM receipts s WHERE s.id = ANY (p_id))
           AND NOT EXISTS (SELECT FROM (SELECT DISTINCT * FROM unnest(p_kid, p_issuer))
                               AS i(kid, issuer)
                             WHERE NOT EXISTS (SELECT FROM signing_keys g WHERE g.kid = i.kid
                                                 AND g.issuer = i.issuer AND g.state = 'active'))
    INTO key_cap, key_mode, one_mode, are_new
    FROM unnest(keys, key_used, key_reserved) WITH ORDINALITY AS k(id, used, reserved, ord)
    JOIN api_keys a ON a.id = k.id;

  LOOP
    IF NOT are_new THEN
      SELECT e.at, e.answers, e.others, e.used, e.reserved, e.cap
        INTO now_, answers, others, o_used, o_reserved, o_cap
        FROM answer_each(
          month => month, keys => keys, p_api_key => p_api_key, p_secret_hash => p_secret_hash,
          p_id => p_id, p_digest => p_digest, p_issuer => p_issuer, p_kid => p_kid, p_jti => p_jti,
          p_reservation => p_reservation, p_refusal => p_refusal) e;
      EXIT WHEN array_position(answers, 'stored') IS NULL;
    END IF;
    BEGIN
      IF num_nonnulls(VARIADIC p_jti) > 0 THEN
        INSERT INTO jobs (issuer, mode, jti, receipt_id)
          SELECT i.issuer, coalesce(one_mode, key_mode[array_position(keys, i.api_key)]), i.jti, i.id
            FROM unnest(p_issuer, p_api_key, p_jti, p_id)
              WITH ORDINALITY AS i(issuer, api_key, jti, id, ord)
            WHERE i.jti IS NOT NULL AND (are_new OR answers[i.ord] = 'stored') ORDER BY 1, 2, 3;
      END IF;
      INSERT INTO receipts (id, digest, issuer, kid, api_key, mode, visibility, jws, content_digest,
                            jti, received_at)
        SELECT i.id, i.digest, i.issuer, i.kid, i.api_key,
               coalesce(one_mode, key_mode[array_position(keys, i.api_key)]), i.visibility, i.jws,
               i.content_digest, i.jti, date_trunc('milliseconds', now_)
          FROM unnest(p_api_key, p_id, p_digest, p_issuer, p_kid, p_jws, p_visibility,
                      p_content_digest, p_jti)
            WITH ORDINALITY AS i(api_key, id, digest, issuer, kid, jws, visibility, content_digest,
                                 jti, ord)
          WHERE are_new OR answers[i.ord] = 'stored' ORDER BY i.id;
      IF num_nonnulls(VARIADIC p_content) > 0 THEN
        INSERT INTO contents (receipt_id, bytes)
          SELECT i.id, i.content
            FROM unnest(p_id, p_content) WITH ORDINALITY AS i(id, content, ord)
            WHERE i.content IS NOT NULL AND (are_new OR answers[i.ord] = 'stored') ORDER BY i.id;
      END IF;
      EXIT;
    EXCEPTION WHEN unique_violation THEN
      -- Another process stored the same job or receipt under another API key since answer_each
      -- looked: the whole call starts again and finds it, so no place is lost or taken twice.
      IF NOT are_new THEN
        RAISE EXCEPTION 'a job or a receipt was stored meanwhile'
          USING ERRCODE = 'serialization_failure';
      END IF;
      -- A group may hold one receipt or one job twice, or one job that is stored already.
      are_new := false;
    END;
  END LOOP;

  IF are_new THEN
    RETURN QUERY SELECT k.id, NULL::text, NULL::bytea, k.used, k.reserved, k.cap, cap_resets_at(now_)
      FROM unnest(keys, key_used, key_reserved, key_cap) AS k(id, used, reserved, cap);
  ELSE
    RETURN QUERY SELECT NULL::text, i.answer, i.other, i.used, i.reserved, i.cap, cap_resets_at(now_)
      FROM unnest(answers, others, o_used, o_reserved, o_cap)
        WITH ORDINALITY AS i(answer, other, used, reserved, cap, ord) ORDER BY i.ord;
  END IF;
END $$;
