-- Reserves places and gives them back, many at once, in order; a NULL count gives a reservation
-- back. `p_keys` names the API keys of the whole group, those of its receipts too, each once: their
-- counters are locked here in key order, so that two groups never wait for each other in a ring.
CREATE OR REPLACE FUNCTION change_places(
  p_keys text[], p_id text[], p_api_key text[], p_count integer[], p_ttl_seconds integer[]
) RETURNS TABLE (
  answer text, expires_at timestamptz, used bigint, reserved bigint, cap bigint,
  resets_at timestamptz
) LANGUAGE plpgsql VOLATILE AS $$
#variable_conflict use_column
DECLARE
  now_ timestamptz := lock_counters(p_keys, cap_period(clock_timestamp()));
  r record;
  answer_ text;
BEGIN
  FOR r IN SELECT i.id, i.api_key, i.places, i.seconds
    FROM unnest(p_id, p_api_key, p_count, p_ttl_seconds)
      WITH ORDINALITY AS i(id, api_key, places, seconds, ord) ORDER BY i.ord
  LOOP
    IF r.places IS NOT NULL THEN
      RETURN QUERY SELECT CASE WHEN p.held THEN 'held' ELSE 'cap_exceeded' END, p.expires_at,
          p.used, p.reserved, p.cap, p.resets_at
        FROM reserve_places(r.id, r.api_key, r.places, r.seconds) p;
    ELSE
      answer_ := CASE WHEN release_places(r.id, r.api_key) THEN 'released' ELSE 'not_found' END;
      RETURN QUERY SELECT answer_, NULL::timestamptz, c.used, c.reserved, a.cap, cap_resets_at(now_)
        FROM cap_usage c JOIN api_keys a ON a.id = c.api_key
        WHERE c.api_key = r.api_key AND c.period = cap_period(now_);
    END IF;
  END LOOP;
END $$;
