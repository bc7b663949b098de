DROP FUNCTION lock_counters(text[], text);
--> statement-breakpoint
-- Locks the counters of these API keys for this month, in key order, making those that are missing,
-- and gives back the places of reservations that have expired. Whoever counts begins here, so that
-- every decision about a cap is made by one transaction at a time. `keys` is sorted and distinct.
--
-- Returns the moment by which all that follows is decided and dated: another look at the clock might
-- show another month than the one that is counted in.
CREATE FUNCTION lock_counters(keys text[], month text) RETURNS timestamptz LANGUAGE plpgsql VOLATILE
  SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  locked integer;
  now_ timestamptz;
BEGIN
  PERFORM 1 FROM cap_usage c WHERE c.api_key = ANY (keys) AND c.period = month
    ORDER BY c.api_key FOR UPDATE;
  GET DIAGNOSTICS locked = ROW_COUNT;
  IF locked < cardinality(keys) THEN
    INSERT INTO cap_usage (api_key, period, used, reserved)
      SELECT k, month, 0, 0 FROM unnest(keys) k ORDER BY k ON CONFLICT DO NOTHING;
    PERFORM 1 FROM cap_usage c WHERE c.api_key = ANY (keys) AND c.period = month
      ORDER BY c.api_key FOR UPDATE;
  END IF;
  now_ := clock_timestamp();
  -- A month that turned while this waited for its locks would be counted in the wrong one.
  IF cap_period(now_) <> month THEN
    RAISE EXCEPTION 'the month turned' USING ERRCODE = 'serialization_failure';
  END IF;
  -- Asked first, because to delete and count nothing costs more than to see that there is nothing.
  IF NOT EXISTS (SELECT FROM reservations r
                   WHERE r.api_key = ANY (keys) AND r.expires_at <= now_) THEN
    RETURN now_;
  END IF;
  -- Last month's too: a reservation that ended with it is found only now. In key order, for there
  -- may be a last group that counts in it.
  PERFORM 1 FROM cap_usage c WHERE c.api_key = ANY (keys) AND c.period < month
    AND EXISTS (SELECT FROM reservations r WHERE r.api_key = c.api_key AND r.period = c.period
                  AND r.expires_at <= now_)
    ORDER BY c.api_key FOR UPDATE;
  WITH expired AS (
    DELETE FROM reservations r
      WHERE r.api_key = ANY (keys) AND r.expires_at <= now_
      RETURNING r.api_key, r.period, r.places
  )
  UPDATE cap_usage c SET reserved = c.reserved - e.places
    FROM (SELECT x.api_key, x.period, sum(x.places) AS places FROM expired x
            GROUP BY x.api_key, x.period) e
    WHERE c.api_key = e.api_key AND c.period = e.period;
  RETURN now_;
END $$;
--> statement-breakpoint
-- Group commit: all receipts that waited, in arrival order, in one call. VOLATILE, so that each
-- statement inside sees what was committed before it began: after the locks, nobody else can move
-- these counters. A single SQL statement would keep the snapshot from before its lock wait and
-- hand out the last place twice.
--
-- answer: stored, repeat, or the code of the refusal. `other` is the receipt that holds the job.
-- used, reserved and cap are the API key's, just after this item. `p_secret` is the keyed hash of the
-- secret it was posted with: whether that is still good is decided here, where nothing is older.
--
-- Each statement has a price even where it finds nothing, and small groups pay it for few receipts:
-- so each is asked for only where there is something for it to do.
CREATE OR REPLACE FUNCTION ingest(
  p_api_key text[], p_secret bytea[], p_id bytea[], p_digest bytea[], p_issuer text[],
  p_kid text[], p_jws text[],
  p_visibility text[], p_content_digest bytea[], p_jti text[], p_content bytea[],
  p_reservation text[], p_refusal text[]
) RETURNS TABLE (
  answer text, other bytea, used bigint, reserved bigint, cap bigint, resets_at timestamptz
) LANGUAGE plpgsql VOLATILE
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
  SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  n integer := cardinality(p_id);
  now_ timestamptz;
  month text := cap_period(clock_timestamp());
  resets timestamptz;
  keys text[];
  key_used bigint[];
  key_reserved bigint[];
  key_cap bigint[];
  key_mode text[];
  key_usable boolean[];
  key_secret bytea[];
  key_previous bytea[];
  answers text[] := array_fill(NULL::text, ARRAY[n]);
  others bytea[] := array_fill(NULL::bytea, ARRAY[n]);
  modes text[] := array_fill(NULL::text, ARRAY[n]);
  o_used bigint[] := array_fill(NULL::bigint, ARRAY[n]);
  o_reserved bigint[] := array_fill(NULL::bigint, ARRAY[n]);
  o_cap bigint[] := array_fill(NULL::bigint, ARRAY[n]);
  id_rank integer[];
  job_rank integer[];
  stored_by_id integer[];
  stored_by_job integer[];
  r record;
  k integer;
  o integer;
  held boolean;
  stored integer := 0;
  with_job integer := 0;
BEGIN
  keys := p_api_key[1:1];
  IF keys[1] <> ANY (p_api_key) THEN
    SELECT array_agg(x ORDER BY x) INTO keys FROM (SELECT DISTINCT unnest(p_api_key) AS x) s;
  END IF;
  now_ := lock_counters(keys, month);
  resets := cap_resets_at(now_);

  SELECT array_agg(x.used), array_agg(x.reserved), array_agg(x.cap), array_agg(x.mode),
         array_agg(x.usable), array_agg(x.secret_hash), array_agg(x.previous)
    INTO key_used, key_reserved, key_cap, key_mode, key_usable, key_secret, key_previous
    FROM (SELECT c.used, c.reserved, a.cap, a.mode, a.secret_hash,
                 (a.revoked_at IS NULL OR a.revoked_at > now_)
                   AND (a.expires_at IS NULL OR a.expires_at > now_) AS usable,
                 CASE WHEN a.previous_expires_at > now_ THEN a.previous_hash END AS previous
            FROM cap_usage c JOIN api_keys a ON a.id = c.api_key
            WHERE c.api_key = ANY (keys) AND c.period = month ORDER BY c.api_key) x;

  -- Which of these are one receipt, or one job. Few groups have any, and then nobody is ranked.
  IF n > 1 AND (
    (SELECT count(*) FROM (SELECT FROM unnest(p_id) i GROUP BY i) s) < n
    OR (SELECT count(*) FROM (SELECT FROM unnest(p_issuer, p_jti) i(issuer, jti)
          WHERE i.jti IS NOT NULL GROUP BY i.issuer, i.jti) s) < num_nonnulls(VARIADIC p_jti)
  ) THEN
    stored_by_id := array_fill(NULL::integer, ARRAY[n]);
    stored_by_job := array_fill(NULL::integer, ARRAY[n]);
    SELECT array_agg(s.id_rank ORDER BY s.ord), array_agg(s.job_rank ORDER BY s.ord)
      INTO id_rank, job_rank
      FROM (SELECT i.ord, dense_rank() OVER (ORDER BY i.id) AS id_rank,
                   dense_rank() OVER (ORDER BY i.issuer, key_mode[array_position(keys, i.api_key)],
                                      i.jti) AS job_rank
              FROM unnest(p_api_key, p_id, p_issuer, p_jti)
                     WITH ORDINALITY AS i(api_key, id, issuer, jti, ord)) s;
  END IF;

  FOR r IN
    SELECT i.*, s.digest AS stored_digest, s.mode AS stored_mode, j.receipt_id AS job_holder,
           g.state AS key_state
      FROM unnest(p_api_key, p_secret, p_id, p_digest, p_issuer, p_kid, p_jti, p_reservation, p_refusal)
             WITH ORDINALITY AS i(api_key, secret, id, digest, issuer, kid, jti, reservation, refusal,
                                  ord)
      JOIN api_keys a ON a.id = i.api_key
      LEFT JOIN receipts s ON s.id = i.id
      LEFT JOIN jobs j ON j.issuer = i.issuer AND j.mode = a.mode AND j.jti = i.jti
      LEFT JOIN signing_keys g ON g.kid = i.kid AND g.issuer = i.issuer
      ORDER BY i.ord
  LOOP
    k := array_position(keys, r.api_key);
    o := stored_by_id[id_rank[r.ord]];
    modes[r.ord] := key_mode[k];
    IF NOT key_usable[k]
      OR (r.secret IS DISTINCT FROM key_secret[k] AND r.secret IS DISTINCT FROM key_previous[k])
    THEN
      answers[r.ord] := 'invalid_api_key';
    -- Stored already goes before every refusal; then 422, 409 and 402, in this order.
    ELSIF coalesce(r.stored_digest, p_digest[o]) = r.digest
      AND coalesce(r.stored_mode, modes[o]) = key_mode[k] THEN
      answers[r.ord] := 'repeat';
    ELSIF r.key_state IS DISTINCT FROM 'active' THEN
      answers[r.ord] := CASE r.key_state WHEN 'retired' THEN 'signing_key_retired'
        WHEN 'revoked' THEN 'signing_key_revoked' ELSE 'unknown_signing_key' END;
    ELSIF r.refusal IS NOT NULL THEN
      answers[r.ord] := r.refusal;
    ELSIF o IS NOT NULL OR r.stored_digest IS NOT NULL THEN
      answers[r.ord] := CASE WHEN coalesce(r.stored_digest, p_digest[o]) = r.digest
        THEN 'mode_conflict' ELSE 'id_collision' END;
    ELSIF r.jti IS NOT NULL
      AND (r.job_holder IS NOT NULL OR stored_by_job[job_rank[r.ord]] IS NOT NULL) THEN
      answers[r.ord] := 'job_conflict';
      others[r.ord] := coalesce(r.job_holder, p_id[stored_by_job[job_rank[r.ord]]]);
    ELSE
      held := false;
      IF r.reservation IS NOT NULL THEN
        UPDATE reservations v SET places = v.places - 1
          WHERE v.id = r.reservation AND v.api_key = r.api_key AND v.period = month
            AND v.expires_at > now_ AND v.places > 0;
        held := FOUND;
      END IF;
      IF held THEN
        key_reserved[k] := key_reserved[k] - 1;
      END IF;
      IF held OR key_cap[k] IS NULL OR key_used[k] + key_reserved[k] < key_cap[k] THEN
        key_used[k] := key_used[k] + 1;
        answers[r.ord] := 'stored';
        stored := stored + 1;
        with_job := with_job + num_nonnulls(r.jti);
        IF id_rank IS NOT NULL THEN
          stored_by_id[id_rank[r.ord]] := r.ord;
        END IF;
        IF job_rank IS NOT NULL AND r.jti IS NOT NULL THEN
          stored_by_job[job_rank[r.ord]] := r.ord;
        END IF;
      ELSE
        answers[r.ord] := 'cap_exceeded';
      END IF;
    END IF;
    o_used[r.ord] := key_used[k];
    o_reserved[r.ord] := key_reserved[k];
    o_cap[r.ord] := key_cap[k];
  END LOOP;

  IF stored > 0 THEN
    -- Another process may be storing the same job or receipt under another API key. Whoever comes
    -- second starts again and finds it stored, so a place is neither lost nor taken twice. (ON
    -- CONFLICT would look before each row what the unique index says anyway.)
    BEGIN
      IF with_job > 0 THEN
        INSERT INTO jobs (issuer, mode, jti, receipt_id)
          SELECT i.issuer, i.mode, i.jti, i.id
            FROM unnest(p_issuer, modes, p_jti, p_id, answers) AS i(issuer, mode, jti, id, answer)
            WHERE i.answer = 'stored' AND i.jti IS NOT NULL
            ORDER BY i.issuer, i.mode, i.jti;
      END IF;
      INSERT INTO receipts (id, digest, issuer, kid, api_key, mode, visibility, jws, content_digest,
                            jti, received_at)
        SELECT i.id, i.digest, i.issuer, i.kid, i.api_key, i.mode, i.visibility, i.jws,
               i.content_digest, i.jti, date_trunc('milliseconds', now_)
          FROM unnest(p_id, p_digest, p_issuer, p_kid, p_api_key, modes, p_visibility, p_jws,
                      p_content_digest, p_jti, answers)
            AS i(id, digest, issuer, kid, api_key, mode, visibility, jws, content_digest, jti,
                 answer)
          WHERE i.answer = 'stored'
          ORDER BY i.id;
    EXCEPTION WHEN unique_violation THEN
      RAISE EXCEPTION 'a job or a receipt was stored meanwhile'
        USING ERRCODE = 'serialization_failure';
    END;
    IF num_nonnulls(VARIADIC p_content) > 0 THEN
      INSERT INTO contents (receipt_id, bytes)
        SELECT i.id, i.content FROM unnest(p_id, p_content, answers) AS i(id, content, answer)
          WHERE i.answer = 'stored' AND i.content IS NOT NULL ORDER BY i.id;
    END IF;
    -- Each key by its index. Joined with the arrays, it would be compared with every other one.
    UPDATE cap_usage c SET used = key_used[array_position(keys, c.api_key)],
                           reserved = key_reserved[array_position(keys, c.api_key)]
      WHERE c.api_key = ANY (keys) AND c.period = month;
    IF num_nonnulls(VARIADIC p_reservation) > 0 THEN
      DELETE FROM reservations v WHERE v.id = ANY (p_reservation) AND v.places = 0;
    END IF;
  END IF;

  RETURN QUERY SELECT i.a, i.b, i.c, i.d, i.e, resets
    FROM unnest(answers, others, o_used, o_reserved, o_cap) WITH ORDINALITY AS i(a, b, c, d, e, ord)
    ORDER BY i.ord;
END $$;
--> statement-breakpoint
-- Holds places until they are used, released, expired, or the month ends. `held` false: no room.
CREATE OR REPLACE FUNCTION reserve_places(p_id text, p_api_key text, p_count integer, p_ttl_seconds integer)
  RETURNS TABLE (held boolean, expires_at timestamptz, used bigint, reserved bigint, cap bigint,
                 resets_at timestamptz)
  LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  month text := cap_period(clock_timestamp());
  now_ timestamptz;
  c record;
BEGIN
  now_ := date_trunc('milliseconds', lock_counters(ARRAY[p_api_key], month));
  resets_at := cap_resets_at(now_);
  SELECT u.used, u.reserved, a.cap INTO c FROM cap_usage u JOIN api_keys a ON a.id = u.api_key
    WHERE u.api_key = p_api_key AND u.period = month;
  held := c.cap IS NULL OR c.used + c.reserved + p_count <= c.cap;
  used := c.used;
  reserved := c.reserved;
  cap := c.cap;
  IF held THEN
    expires_at := least(now_ + make_interval(secs => p_ttl_seconds), resets_at);
    reserved := c.reserved + p_count;
    INSERT INTO reservations (id, api_key, period, places, expires_at)
      VALUES (p_id, p_api_key, month, p_count, expires_at);
    UPDATE cap_usage u SET reserved = c.reserved + p_count
      WHERE u.api_key = p_api_key AND u.period = month;
  END IF;
  RETURN NEXT;
END $$;
--> statement-breakpoint
-- Most groups hold nothing but new receipts, with room for all of them. This stores such a group
-- whole, or changes nothing and returns no row: then `ingest` decides on each by itself. It has no
-- rule of its own: what it stores, and counts, is what `ingest` would.
--
-- The places are taken first, which locks the counters, and given back where something speaks
-- against the group: nobody sees them before the commit. A plain index scan walks them in key order,
-- as lock_counters does, so two groups never wait for each other in a ring. All that is asked about
-- keys and caps is asked afterwards, so that it is as new as the locks.
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
