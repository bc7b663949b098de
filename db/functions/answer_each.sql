-- Decides on each receipt of a group by itself, in arrival order, and counts the receipts to store.
-- `ingest` has taken a place for every receipt of the group, which locked the counters; this
-- function gives back the places that were not needed. The arrays have one element for each
-- receipt, dated `at`; a counter is the API key's just after that receipt.
CREATE OR REPLACE FUNCTION answer_each(
  month text, keys text[], p_api_key text[], p_secret_hash bytea[], p_id bytea[],
  p_digest bytea[], p_issuer text[], p_kid text[], p_jti text[], p_reservation text[],
  p_refusal text[],
  OUT at timestamptz, OUT answers text[], OUT others bytea[], OUT used bigint[],
  OUT reserved bigint[], OUT cap bigint[]
) LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_column
DECLARE
  n integer := cardinality(p_id);
  key_used bigint[];
  key_reserved bigint[];
  key_cap bigint[];
  key_mode text[];
  modes text[] := array_fill(NULL::text, ARRAY[n]);
  -- Receipts with the same id, and receipts with the same job, have the same rank.
  id_rank integer[];
  job_rank integer[];
  stored_by_id integer[];
  stored_by_job integer[];
  r record;
  k integer;
  o integer;
  held boolean;
BEGIN
  answers := array_fill(NULL::text, ARRAY[n]);
  others := array_fill(NULL::bytea, ARRAY[n]);
  used := array_fill(NULL::bigint, ARRAY[n]);
  reserved := used;
  cap := used;
  at := lock_counters(keys, month);

  SELECT array_agg(c.used - p.posts ORDER BY p.api_key), array_agg(c.reserved ORDER BY p.api_key),
         array_agg(a.cap ORDER BY p.api_key), array_agg(a.mode ORDER BY p.api_key)
    INTO key_used, key_reserved, key_cap, key_mode
    FROM (SELECT i.api_key, count(*) AS posts FROM unnest(p_api_key) AS i(api_key)
            GROUP BY i.api_key) p
    JOIN cap_usage c ON c.api_key = p.api_key AND c.period = month
    JOIN api_keys a ON a.id = p.api_key;

  -- Few groups hold a receipt or a job twice; other groups need no ranks.
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
    SELECT i.ord, i.api_key, i.digest, i.jti, i.reservation, i.refusal,
           opens(i.secret_hash, a, at) AS is_open, s.digest AS stored_digest, s.mode AS stored_mode,
           j.receipt_id AS job_holder, g.state AS key_state
      FROM unnest(p_api_key, p_secret_hash, p_id, p_digest, p_issuer, p_kid, p_jti, p_reservation,
                  p_refusal)
             WITH ORDINALITY AS i(api_key, secret_hash, id, digest, issuer, kid, jti, reservation,
                                  refusal, ord)
      JOIN api_keys a ON a.id = i.api_key
      LEFT JOIN receipts s ON s.id = i.id
      LEFT JOIN jobs j ON j.issuer = i.issuer AND j.mode = a.mode AND j.jti = i.jti
      LEFT JOIN signing_keys g ON g.kid = i.kid AND g.issuer = i.issuer
      ORDER BY i.ord
  LOOP
    k := array_position(keys, r.api_key);
    o := stored_by_id[id_rank[r.ord]];
    modes[r.ord] := key_mode[k];
    IF NOT r.is_open THEN
      answers[r.ord] := 'invalid_api_key';
    -- A stored receipt is answered before every refusal; then come 422, 409 and 402, in this order.
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
            AND v.expires_at > at AND v.places > 0;
        held := FOUND;
      END IF;
      IF held THEN
        key_reserved[k] := key_reserved[k] - 1;
      END IF;
      IF held OR key_cap[k] IS NULL OR key_used[k] + key_reserved[k] < key_cap[k] THEN
        key_used[k] := key_used[k] + 1;
        answers[r.ord] := 'stored';
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
    used[r.ord] := key_used[k];
    reserved[r.ord] := key_reserved[k];
    cap[r.ord] := key_cap[k];
  END LOOP;

  -- `array_position` finds a key's place; a join would compare each key with every other.
  -- `0 +` because Citus crashes on a bare array element right of SET.
  UPDATE cap_usage c SET used = 0 + key_used[array_position(keys, c.api_key)],
                         reserved = 0 + key_reserved[array_position(keys, c.api_key)]
    WHERE c.api_key = ANY (keys) AND c.period = month;
  IF num_nonnulls(VARIADIC p_reservation) > 0 THEN
    DELETE FROM reservations v WHERE v.id = ANY (p_reservation) AND v.places = 0;
  END IF;
END $$;
