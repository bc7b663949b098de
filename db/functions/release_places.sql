-- Gives back the places that a reservation holds. False: this API key has no such reservation.
CREATE OR REPLACE FUNCTION release_places(p_id text, p_api_key text) RETURNS boolean
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
