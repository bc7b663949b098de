-- The month (UTC) that a cap counts in, named by its first day: YYYY-MM-DD.
CREATE OR REPLACE FUNCTION cap_period(at timestamptz) RETURNS text LANGUAGE sql STABLE AS $$
  SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-01')
$$;
