-- What was received and what was done is never rewritten: status lives in tables of its own.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;
--> statement-breakpoint
CREATE TRIGGER receipts_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON receipts
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
--> statement-breakpoint
-- A busy counter is written with every group: with room on its page, no index has to follow.
ALTER TABLE cap_usage SET (fillfactor = 50);
--> statement-breakpoint
CREATE FUNCTION cap_period(at timestamptz) RETURNS text LANGUAGE sql STABLE
  RETURN to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-01');
--> statement-breakpoint
CREATE FUNCTION cap_resets_at(at timestamptz) RETURNS timestamptz LANGUAGE sql STABLE
  RETURN (date_trunc('month', at AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC';
--> statement-breakpoint
-- Locks the counters of these API keys for this month, in key order, making those that are missing,
-- and gives back the places of reservations that have expired. Whoever counts begins here, so that
-- every decision about a cap is made by one transaction at a time. `keys` is sorted and distinct.
CREATE FUNCTION lock_counters(keys text[], month text) RETURNS void LANGUAGE plpgsql VOLATILE
  SET enable_seqscan = off SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  locked integer;
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
  -- A month that turned while this waited for its locks would be counted in the wrong one.
  IF cap_period(clock_timestamp()) <> month THEN
    RAISE EXCEPTION 'the month turned' USING ERRCODE = 'serialization_failure';
  END IF;
  WITH expired AS (
    DELETE FROM reservations r
      WHERE r.api_key = ANY (keys) AND r.expires_at <= clock_timestamp()
      RETURNING r.api_key, r.period, r.places
  )
  -- Last month's too: a reservation that ended with it is found only now.
  UPDATE cap_usage c SET reserved = c.reserved - e.places
    FROM (SELECT x.api_key, x.period, sum(x.places) AS places FROM expired x
            GROUP BY x.api_key, x.period) e
    WHERE c.api_key = e.api_key AND c.period = e.period;
END $$;
--> statement-breakpoint
-- Group commit: all receipts that waited, in arrival order, in one call. VOLATILE, so that each
-- statement inside sees what was committed before it began: after the locks, nobody else can move
-- these counters. A single SQL statement would keep the snapshot from before its lock wait and
-- hand out the last place twice.
--
-- answer: stored, repeat, or the code of the refusal. `other` is the receipt that holds the job.
-- used, reserved and cap are the API key's, just after this item.
CREATE FUNCTION ingest(
  p_api_key text[], p_id bytea[], p_digest bytea[], p_issuer text[], p_kid text[], p_jws text[],
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
  answers text[] := array_fill(NULL::text, ARRAY[n]);
  others bytea[] := array_fill(NULL::bytea, ARRAY[n]);
  modes text[] := array_fill(NULL::text, ARRAY[n]);
  o_used bigint[] := array_fill(NULL::bigint, ARRAY[n]);
  o_reserved bigint[] := array_fill(NULL::bigint, ARRAY[n]);
  o_cap bigint[] := array_fill(NULL::bigint, ARRAY[n]);
  stored_by_id integer[] := array_fill(NULL::integer, ARRAY[n]);
  stored_by_job integer[] := array_fill(NULL::integer, ARRAY[n]);
  r record;
  k integer;
  o integer;
  held boolean;
  stored integer := 0;
  with_job integer := 0;
  inserted integer;
BEGIN
  SELECT array_agg(x ORDER BY x) INTO keys FROM (SELECT DISTINCT unnest(p_api_key) AS x) s;
  PERFORM lock_counters(keys, month);
  now_ := clock_timestamp();
  resets := cap_resets_at(now_);

  SELECT array_agg(c.used ORDER BY c.api_key), array_agg(c.reserved ORDER BY c.api_key),
         array_agg(a.cap ORDER BY c.api_key), array_agg(a.mode ORDER BY c.api_key),
         array_agg((a.revoked_at IS NULL OR a.revoked_at > now_)
           AND (a.expires_at IS NULL OR a.expires_at > now_) ORDER BY c.api_key)
    INTO key_used, key_reserved, key_cap, key_mode, key_usable
    FROM cap_usage c JOIN api_keys a ON a.id = c.api_key
    WHERE c.api_key = ANY (keys) AND c.period = month;

  FOR r IN
    SELECT i.*, s.digest AS stored_digest, s.mode AS stored_mode, j.receipt_id AS job_holder,
           g.state AS key_state,
           dense_rank() OVER (ORDER BY i.id) AS id_rank,
           dense_rank() OVER (ORDER BY i.issuer, a.mode, i.jti) AS job_rank
      FROM unnest(p_api_key, p_id, p_digest, p_issuer, p_kid, p_jti, p_reservation, p_refusal)
             WITH ORDINALITY AS i(api_key, id, digest, issuer, kid, jti, reservation, refusal, ord)
      JOIN api_keys a ON a.id = i.api_key
      LEFT JOIN receipts s ON s.id = i.id
      LEFT JOIN jobs j ON j.issuer = i.issuer AND j.mode = a.mode AND j.jti = i.jti
      LEFT JOIN signing_keys g ON g.kid = i.kid AND g.issuer = i.issuer
      ORDER BY i.ord
  LOOP
    k := array_position(keys, r.api_key);
    o := stored_by_id[r.id_rank];
    modes[r.ord] := key_mode[k];
    IF NOT key_usable[k] THEN
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
      AND (r.job_holder IS NOT NULL OR stored_by_job[r.job_rank] IS NOT NULL) THEN
      answers[r.ord] := 'job_conflict';
      others[r.ord] := coalesce(r.job_holder, p_id[stored_by_job[r.job_rank]]);
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
        stored_by_id[r.id_rank] := r.ord;
        IF r.jti IS NOT NULL THEN
          stored_by_job[r.job_rank] := r.ord;
          with_job := with_job + 1;
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
    -- second starts again and finds it stored, so a place is neither lost nor taken twice.
    IF with_job > 0 THEN
      INSERT INTO jobs (issuer, mode, jti, receipt_id)
        SELECT i.issuer, i.mode, i.jti, i.id
          FROM unnest(p_issuer, modes, p_jti, p_id, answers) AS i(issuer, mode, jti, id, answer)
          WHERE i.answer = 'stored' AND i.jti IS NOT NULL
          ORDER BY i.issuer, i.mode, i.jti ON CONFLICT DO NOTHING;
      GET DIAGNOSTICS inserted = ROW_COUNT;
      IF inserted < with_job THEN
        RAISE EXCEPTION 'a job was stored meanwhile' USING ERRCODE = 'serialization_failure';
      END IF;
    END IF;
    INSERT INTO receipts (id, digest, issuer, kid, api_key, mode, visibility, jws, content_digest,
                          jti, received_at)
      SELECT i.id, i.digest, i.issuer, i.kid, i.api_key, i.mode, i.visibility, i.jws,
             i.content_digest, i.jti, date_trunc('milliseconds', now_)
        FROM unnest(p_id, p_digest, p_issuer, p_kid, p_api_key, modes, p_visibility, p_jws,
                    p_content_digest, p_jti, answers)
          AS i(id, digest, issuer, kid, api_key, mode, visibility, jws, content_digest, jti, answer)
        WHERE i.answer = 'stored'
        ORDER BY i.id ON CONFLICT DO NOTHING;
    GET DIAGNOSTICS inserted = ROW_COUNT;
    IF inserted < stored THEN
      RAISE EXCEPTION 'a receipt was stored meanwhile' USING ERRCODE = 'serialization_failure';
    END IF;
    INSERT INTO contents (receipt_id, bytes)
      SELECT i.id, i.content FROM unnest(p_id, p_content, answers) AS i(id, content, answer)
        WHERE i.answer = 'stored' AND i.content IS NOT NULL ORDER BY i.id;
    -- Each key by its index. Joined with the arrays, it would be compared with every other one.
    UPDATE cap_usage c SET used = key_used[array_position(keys, c.api_key)],
                           reserved = key_reserved[array_position(keys, c.api_key)]
      WHERE c.api_key = ANY (keys) AND c.period = month;
    DELETE FROM reservations v WHERE v.id = ANY (p_reservation) AND v.places = 0;
  END IF;

  RETURN QUERY SELECT i.a, i.b, i.c, i.d, i.e, resets
    FROM unnest(answers, others, o_used, o_reserved, o_cap) WITH ORDINALITY AS i(a, b, c, d, e, ord)
    ORDER BY i.ord;
END $$;
--> statement-breakpoint
-- Holds places until they are used, released, expired, or the month ends. `held` false: no room.
CREATE FUNCTION reserve_places(p_id text, p_api_key text, p_count integer, p_ttl_seconds integer)
  RETURNS TABLE (held boolean, expires_at timestamptz, used bigint, reserved bigint, cap bigint,
                 resets_at timestamptz)
  LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  month text := cap_period(clock_timestamp());
  now_ timestamptz;
  c record;
BEGIN
  PERFORM lock_counters(ARRAY[p_api_key], month);
  now_ := date_trunc('milliseconds', clock_timestamp());
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
-- Gives back what a reservation still holds. False: there was no such reservation.
CREATE FUNCTION release_places(p_id text, p_api_key text) RETURNS boolean
  LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  month text := cap_period(clock_timestamp());
  v record;
BEGIN
  PERFORM lock_counters(ARRAY[p_api_key], month);
  DELETE FROM reservations r WHERE r.id = p_id AND r.api_key = p_api_key
    RETURNING r.places, r.period INTO v;
  IF NOT FOUND THEN
    RETURN false;
  END IF;
  UPDATE cap_usage u SET reserved = u.reserved - v.places
    WHERE u.api_key = p_api_key AND u.period = v.period;
  RETURN true;
END $$;
