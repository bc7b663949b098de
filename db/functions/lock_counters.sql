-- Locks the counters of these API keys for this month, in key order, makes the missing ones, and
-- gives back the places of expired reservations. Every function that counts begins with these
-- locks, so one transaction at a time decides about a cap. `keys` is sorted and distinct.
--
-- Returns the moment by which the caller decides and dates: a second look at the clock might show
-- another month than the counters'.
CREATE OR REPLACE FUNCTION lock_counters(keys text[], month text) RETURNS timestamptz
  LANGUAGE plpgsql VOLATILE
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
  -- A month that turned during the wait for the locks would be counted in the wrong one.
  IF cap_period(now_) <> month THEN
    RAISE EXCEPTION 'the month turned' USING ERRCODE = 'serialization_failure';
  END IF;
  -- This look comes first because a DELETE and an UPDATE of no rows cost more than the look.
  IF NOT EXISTS (SELECT FROM reservations r
                   WHERE r.api_key = ANY (keys) AND r.expires_at <= now_) THEN
    RETURN now_;
  END IF;
  -- A reservation that ended with last month is found only now. The locks are taken in key order,
  -- because last month's last group may still hold some of these counters.
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
