-- Holds places until receipts use them, the client releases them, they expire, or the month ends.
-- `held` is false where the cap leaves too little room.
CREATE OR REPLACE FUNCTION reserve_places(
  p_id text, p_api_key text, p_count integer, p_ttl_seconds integer
) RETURNS TABLE (
  held boolean, expires_at timestamptz, used bigint, reserved bigint, cap bigint,
  resets_at timestamptz
) LANGUAGE plpgsql VOLATILE AS $$
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
