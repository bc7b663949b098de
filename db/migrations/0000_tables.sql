CREATE TABLE "api_keys" (
	"id" text PRIMARY KEY NOT NULL,
	"issuer" text NOT NULL,
	"name" text NOT NULL,
	"mode" text NOT NULL,
	"cap" bigint,
	"rate_per_second" integer,
	"secret_hash" "bytea" NOT NULL,
	"previous_hash" "bytea",
	"previous_expires_at" timestamp (3) with time zone,
	"created_at" timestamp (3) with time zone NOT NULL,
	"expires_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone,
	CONSTRAINT "api_keys_mode" CHECK ("api_keys"."mode" in ('live', 'test')),
	CONSTRAINT "api_keys_cap" CHECK ("api_keys"."cap" >= 0)
);
--> statement-breakpoint
CREATE TABLE "audit_entries" (
	"id" uuid PRIMARY KEY NOT NULL,
	"at" timestamp (3) with time zone NOT NULL,
	"actor" text NOT NULL,
	"action" text NOT NULL,
	"subject" text NOT NULL,
	"request_id" text,
	"before" jsonb,
	"after" jsonb
);
--> statement-breakpoint
CREATE TABLE "cap_usage" (
	"api_key" text NOT NULL,
	"period" text NOT NULL,
	"used" bigint NOT NULL,
	"reserved" bigint NOT NULL,
	CONSTRAINT "cap_usage_api_key_period_pk" PRIMARY KEY("api_key","period"),
	CONSTRAINT "cap_usage_used" CHECK ("cap_usage"."used" >= 0),
	CONSTRAINT "cap_usage_reserved" CHECK ("cap_usage"."reserved" >= 0)
);
--> statement-breakpoint
CREATE TABLE "contents" (
	"receipt_id" "bytea" PRIMARY KEY NOT NULL,
	"bytes" "bytea" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "erasures" (
	"receipt_id" "bytea" PRIMARY KEY NOT NULL,
	"erased_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "issuers" (
	"slug" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"name_skeleton" text NOT NULL,
	"url" text,
	"created_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "jobs" (
	"issuer" text NOT NULL,
	"mode" text NOT NULL,
	"jti" text NOT NULL,
	"receipt_id" "bytea" NOT NULL,
	CONSTRAINT "jobs_issuer_mode_jti_pk" PRIMARY KEY("issuer","mode","jti")
);
--> statement-breakpoint
CREATE TABLE "receipts" (
	"id" "bytea" PRIMARY KEY NOT NULL,
	"digest" "bytea" NOT NULL,
	"issuer" text NOT NULL,
	"kid" text NOT NULL,
	"api_key" text NOT NULL,
	"mode" text NOT NULL,
	"visibility" text NOT NULL,
	"jws" text NOT NULL,
	"content_digest" "bytea" NOT NULL,
	"jti" text,
	"received_at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "receipts_id" CHECK ("receipts"."id" = substring("receipts"."digest" from 1 for 20))
);
--> statement-breakpoint
CREATE TABLE "reservations" (
	"id" text PRIMARY KEY NOT NULL,
	"api_key" text NOT NULL,
	"period" text NOT NULL,
	"places" integer NOT NULL,
	"expires_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "revocations" (
	"receipt_id" "bytea" PRIMARY KEY NOT NULL,
	"reason" text NOT NULL,
	"revoked_at" timestamp (3) with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "signing_keys" (
	"kid" text PRIMARY KEY NOT NULL,
	"issuer" text NOT NULL,
	"public_key" "bytea" NOT NULL,
	"state" text NOT NULL,
	"published_at" timestamp (3) with time zone NOT NULL,
	"retired_at" timestamp (3) with time zone,
	"revoked_at" timestamp (3) with time zone,
	"compromised_since" timestamp (3) with time zone,
	"reason" text,
	CONSTRAINT "signing_keys_state" CHECK ("signing_keys"."state" in ('active', 'retired', 'revoked'))
);
--> statement-breakpoint
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_issuer_issuers_slug_fk" FOREIGN KEY ("issuer") REFERENCES "public"."issuers"("slug") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "signing_keys" ADD CONSTRAINT "signing_keys_issuer_issuers_slug_fk" FOREIGN KEY ("issuer") REFERENCES "public"."issuers"("slug") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "api_keys_issuer" ON "api_keys" USING btree ("issuer");--> statement-breakpoint
CREATE INDEX "audit_entries_at" ON "audit_entries" USING btree ("at" DESC NULLS LAST,"id" DESC NULLS LAST);--> statement-breakpoint
CREATE UNIQUE INDEX "issuers_name_skeleton" ON "issuers" USING btree ("name_skeleton");--> statement-breakpoint
CREATE INDEX "receipts_findable" ON "receipts" USING btree ("content_digest") WHERE "receipts"."visibility" = 'findable';--> statement-breakpoint
CREATE INDEX "reservations_api_key" ON "reservations" USING btree ("api_key","expires_at");--> statement-breakpoint
CREATE INDEX "signing_keys_issuer" ON "signing_keys" USING btree ("issuer");