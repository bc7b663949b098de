-- The moment at which the next month (UTC) begins and every counter starts from 0.
CREATE OR REPLACE FUNCTION cap_resets_at(at timestamptz) RETURNS timestamptz LANGUAGE sql STABLE AS $$
  SELECT (date_trunc('month', at AT TIME ZONE 'UTC') + interval '1 month') AT TIME ZONE 'UTC'
$$;
