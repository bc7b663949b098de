CREATE TABLE "readiness" (
	"id" integer PRIMARY KEY NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"filler" text
);
--> statement-breakpoint
-- The functions of 0.1.0, which migration 0006 had left for a portal of that release. `ingest` is
-- another function now, told apart by its parameters.
DROP FUNCTION IF EXISTS ingest(text[], bytea[], bytea[], bytea[], text[], text[], text[], text[],
  bytea[], text[], bytea[], text[], text[]);
--> statement-breakpoint
DROP FUNCTION IF EXISTS ingest_new(text[], bytea[], integer[], text[], text[], text[], bytea[],
  bytea[], text[], text[], text[], text[], bytea[], text[], bytea[]);
