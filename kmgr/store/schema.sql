-- The store's schema, version 1. Constraints and triggers guard what the
-- program promises anyway: events are never rewritten, a sealed policy and
-- the identity of a key never change. They are a guard, not the proof: the
-- proof is the hash chain and the seal key's signatures.
--
-- Instants are seconds since 1970, ids 32 lower-case hex digits. Where a column
-- has one of three words or more, OR stands between them: of IN SQLite makes a
-- table of its own, with each row that is written.

CREATE TABLE key (
	id		TEXT PRIMARY KEY,
	cmk_id		TEXT NOT NULL
			REFERENCES cmk (id) DEFERRABLE INITIALLY DEFERRED,
	role		TEXT NOT NULL
			CHECK (role = 'seal' OR role = 'ksk'
			OR role = 'wrap' OR role = 'identity'),
	label		TEXT NOT NULL CHECK (length(label) BETWEEN 1 AND 40),
	alg		INTEGER NOT NULL CHECK (alg BETWEEN 0 AND 255),
	bits		INTEGER NOT NULL CHECK (bits BETWEEN 128 AND 16384),
	spki		BLOB NOT NULL,
	attributes	TEXT NOT NULL,
	is_shared	INTEGER NOT NULL CHECK (is_shared IN (0, 1)),
	blob		BLOB CHECK (length(blob) > 0),
	wrap_key_id	TEXT
			REFERENCES key (id) DEFERRABLE INITIALLY DEFERRED,
	created_at	INTEGER NOT NULL CHECK (created_at > 0),
	CHECK ((blob IS NULL) = (wrap_key_id IS NULL)),
	CHECK (length(id) = 32 AND id = lower(id))
) STRICT;
CREATE INDEX key_shared ON key (cmk_id, created_at, id) WHERE is_shared = 1;

CREATE TABLE cmk (
	id		TEXT PRIMARY KEY,
	name		TEXT NOT NULL UNIQUE
			CHECK (length(name) BETWEEN 1 AND 255),
	token		TEXT NOT NULL CHECK (length(token) > 0),
	seal_token	TEXT NOT NULL CHECK (length(seal_token) > 0),
	state		TEXT NOT NULL
			CHECK (state = 'draft' OR state = 'enabled'
			OR state = 'disabled' OR state = 'pending-deletion'
			OR state = 'deleted'),
	deletion_at	INTEGER CHECK (deletion_at > 0),
	key_id		TEXT NOT NULL UNIQUE
			REFERENCES key (id) DEFERRABLE INITIALLY DEFERRED,
	created_at	INTEGER NOT NULL CHECK (created_at > 0),
	token_identity	TEXT NOT NULL,
	probe		TEXT NOT NULL,
	policy		TEXT NOT NULL CHECK (length(policy) > 0),
	policy_hash	BLOB NOT NULL CHECK (length(policy_hash) = 32),
	sealed_at	INTEGER CHECK (sealed_at > 0),
	seal		TEXT,
	seal_signature	TEXT,
	identity_key_id	TEXT
			REFERENCES key (id) DEFERRABLE INITIALLY DEFERRED,
	identity	TEXT,
	identity_signature TEXT,
	horizon_at	INTEGER CHECK (horizon_at > 0),
	settled_seq	INTEGER NOT NULL DEFAULT 0,
	contact		TEXT NOT NULL,
	tags		TEXT NOT NULL,
	CHECK ((identity IS NULL) = (identity_key_id IS NULL)),
	CHECK ((identity IS NULL) = (identity_signature IS NULL)),
	CHECK ((deletion_at IS NULL) = (state <> 'pending-deletion')),
	CHECK (length(id) = 32 AND id = lower(id)),
	CHECK ((sealed_at IS NULL) = (seal IS NULL)),
	CHECK ((sealed_at IS NULL) = (seal_signature IS NULL)),
	CHECK (state = 'deleted' OR (state = 'draft') = (seal IS NULL))
) STRICT;

-- What is known of a zone beside its keys. Where there is a key, ours or
-- foreign, there is a row: so what is due is found in one index.
CREATE TABLE zone (
	zone		TEXT PRIMARY KEY
			CHECK (length(zone) BETWEEN 1 AND 1100),
	goal		TEXT NOT NULL CHECK (goal IN ('secure', 'insecure')),
	goal_at		INTEGER CHECK (goal_at > 0),
	next_at		INTEGER NOT NULL CHECK (next_at >= 0),
	waiting_since_at INTEGER CHECK (waiting_since_at > 0),
	waits_for	TEXT NOT NULL,
	told_at		INTEGER CHECK (told_at > 0),
	published_hash	BLOB CHECK (length(published_hash) = 32),
	published_at	INTEGER CHECK (published_at > 0),
	published_signature INTEGER CHECK (published_signature >= 0),
	published_changes INTEGER CHECK (published_changes >= 0),
	changes		INTEGER NOT NULL DEFAULT 0 CHECK (changes >= 0),
	settings	INTEGER CHECK (settings > 0),
	CHECK (goal = 'secure' OR goal_at IS NOT NULL),
	CHECK ((published_hash IS NULL) = (published_at IS NULL)),
	CHECK ((published_hash IS NULL) = (published_signature IS NULL)),
	CHECK ((published_hash IS NULL) = (published_changes IS NULL))
) STRICT;
CREATE INDEX zone_due ON zone (next_at, zone);

-- Who works on a zone, and until when nobody else may: no fact, and in no copy.
CREATE TABLE claim (
	zone		TEXT PRIMARY KEY
			CHECK (length(zone) BETWEEN 1 AND 1100),
	holder		TEXT NOT NULL,
	epoch		INTEGER NOT NULL CHECK (epoch >= 0),
	until_at	INTEGER NOT NULL CHECK (until_at >= 0)
) STRICT;
CREATE INDEX claim_live ON claim (holder) WHERE until_at > 0;

CREATE TABLE zone_alg (
	zone		TEXT NOT NULL
			REFERENCES zone (zone) DEFERRABLE INITIALLY DEFERRED,
	alg		INTEGER NOT NULL CHECK (alg BETWEEN 1 AND 255),
	signed_at	INTEGER NOT NULL CHECK (signed_at > 0),
	PRIMARY KEY (zone, alg)
) STRICT;

CREATE TABLE ksk (
	id		TEXT PRIMARY KEY,
	cmk_id		TEXT NOT NULL REFERENCES cmk (id),
	key_id		TEXT NOT NULL REFERENCES key (id),
	zone		TEXT NOT NULL
			REFERENCES zone (zone) DEFERRABLE INITIALLY DEFERRED
			CHECK (length(zone) BETWEEN 1 AND 1100),
	generation	INTEGER NOT NULL CHECK (generation > 0),
	alg		INTEGER NOT NULL CHECK (alg BETWEEN 1 AND 255),
	key_tag		INTEGER NOT NULL CHECK (key_tag BETWEEN 0 AND 65535),
	revoked_tag	INTEGER NOT NULL
			CHECK (revoked_tag BETWEEN 0 AND 65535),
	dnskey		BLOB NOT NULL CHECK (length(dnskey) > 4),
	state		TEXT NOT NULL
			CHECK (state = 'generated' OR state = 'published'
			OR state = 'ready' OR state = 'active'
			OR state = 'retired' OR state = 'revoked'
			OR state = 'removed'),
	created_at	INTEGER NOT NULL CHECK (created_at > 0),
	endorsement	TEXT NOT NULL CHECK (length(endorsement) > 0),
	endorsement_signature
			TEXT NOT NULL CHECK (length(endorsement_signature) > 0),
	ds_seen_at	INTEGER CHECK (ds_seen_at > 0),
	ds_gone_at	INTEGER CHECK (ds_gone_at > 0),
	standby		TEXT NOT NULL
			CHECK (standby = 'none' OR standby = 'ds'
			OR standby = 'dnskey'),
	dnskey_in_at	INTEGER CHECK (dnskey_in_at > 0),
	dnskey_out_at	INTEGER CHECK (dnskey_out_at > 0),
	ds_add_at	INTEGER CHECK (ds_add_at > 0),
	ds_remove_at	INTEGER CHECK (ds_remove_at > 0),
	retire_at	INTEGER CHECK (retire_at > 0),
	revoke_at	INTEGER CHECK (revoke_at > 0),
	compromised_at	INTEGER CHECK (compromised_at > 0),
	backup_at	INTEGER CHECK (backup_at > 0),
	horizon_at	INTEGER CHECK (horizon_at > 0),
	retirement	TEXT,
	retirement_signature TEXT,
	CHECK (ds_gone_at IS NULL OR ds_seen_at IS NOT NULL),
	CHECK (dnskey_out_at IS NULL OR dnskey_in_at IS NOT NULL),
	CHECK ((state = 'removed') = (retirement IS NOT NULL)),
	CHECK ((retirement IS NULL) = (retirement_signature IS NULL)),
	UNIQUE (zone, generation),
	CHECK (length(id) = 32 AND id = lower(id))
) STRICT;
CREATE UNIQUE INDEX ksk_tag ON ksk (zone, key_tag) WHERE state <> 'removed';
CREATE UNIQUE INDEX ksk_revoked_tag ON ksk (zone, revoked_tag)
	WHERE state <> 'removed';
CREATE INDEX ksk_cmk ON ksk (cmk_id, zone, generation);
CREATE INDEX ksk_key ON ksk (key_id, created_at, id);
CREATE INDEX ksk_compromised ON ksk (key_id) WHERE compromised_at IS NOT NULL;

-- KSKs of other providers: public halves only.
CREATE TABLE foreign_key (
	id		TEXT PRIMARY KEY,
	zone		TEXT NOT NULL
			REFERENCES zone (zone) DEFERRABLE INITIALLY DEFERRED
			CHECK (length(zone) BETWEEN 1 AND 1100),
	alg		INTEGER NOT NULL CHECK (alg BETWEEN 1 AND 255),
	key_tag		INTEGER NOT NULL CHECK (key_tag BETWEEN 0 AND 65535),
	dnskey		BLOB NOT NULL CHECK (length(dnskey) > 4),
	added_at	INTEGER NOT NULL CHECK (added_at > 0),
	dnskey_in_at	INTEGER CHECK (dnskey_in_at > 0),
	dnskey_out_at	INTEGER CHECK (dnskey_out_at > 0),
	ds_add_at	INTEGER CHECK (ds_add_at > 0),
	ds_seen_at	INTEGER CHECK (ds_seen_at > 0),
	ds_remove_at	INTEGER CHECK (ds_remove_at > 0),
	ds_gone_at	INTEGER CHECK (ds_gone_at > 0),
	retire_at	INTEGER CHECK (retire_at > 0),
	removed_at	INTEGER CHECK (removed_at > 0),
	CHECK (ds_gone_at IS NULL OR ds_seen_at IS NOT NULL),
	CHECK (dnskey_out_at IS NULL OR dnskey_in_at IS NOT NULL),
	CHECK (length(id) = 32 AND id = lower(id))
) STRICT;
CREATE UNIQUE INDEX foreign_key_tag ON foreign_key (zone, key_tag)
	WHERE removed_at IS NULL;
CREATE INDEX foreign_key_zone ON foreign_key (zone, added_at, id);

-- What servers were seen to serve: of use for as long as caches have it.
CREATE TABLE observation (
	id		INTEGER PRIMARY KEY,
	zone		TEXT NOT NULL CHECK (length(zone) BETWEEN 1 AND 1100),
	kind		TEXT NOT NULL CHECK (length(kind) > 0),
	value		INTEGER NOT NULL,
	text		TEXT NOT NULL,
	first_at	INTEGER NOT NULL CHECK (first_at > 0),
	last_at		INTEGER NOT NULL,
	CHECK (last_at >= first_at)
) STRICT;
CREATE INDEX observation_kind ON observation (zone, kind, id);

CREATE TABLE signature (
	id		INTEGER PRIMARY KEY,
	ksk_id		TEXT NOT NULL REFERENCES ksk (id),
	zone		TEXT NOT NULL,
	type_covered	INTEGER NOT NULL
			CHECK (type_covered BETWEEN 1 AND 65535),
	tbs_hash	BLOB NOT NULL CHECK (length(tbs_hash) = 32),
	inception_at	INTEGER NOT NULL,
	expiration_at	INTEGER NOT NULL,
	rrsig		BLOB NOT NULL CHECK (length(rrsig) > 18),
	created_at	INTEGER NOT NULL CHECK (created_at > 0),
	CHECK (inception_at < expiration_at)
) STRICT;
CREATE INDEX signature_zone ON signature (zone, id);

CREATE TABLE zsk_set (
	id		INTEGER PRIMARY KEY,
	zone		TEXT NOT NULL,
	hash		BLOB NOT NULL CHECK (length(hash) = 32),
	text		TEXT NOT NULL,
	admitted_at	INTEGER NOT NULL CHECK (admitted_at > 0)
) STRICT;
CREATE INDEX zsk_set_zone ON zsk_set (zone, id);

-- Key signing requests and what answered them. The texts are not in the
-- ledger, only their hashes: what is restored from there has none.
CREATE TABLE ksr (
	id		TEXT PRIMARY KEY,
	cmk_id		TEXT NOT NULL REFERENCES cmk (id),
	zone		TEXT NOT NULL CHECK (length(zone) BETWEEN 1 AND 1100),
	format		TEXT NOT NULL
			CHECK (format = 'icann' OR format = 'bind'
			OR format = 'knot'),
	kind		TEXT NOT NULL CHECK (kind IN ('regular', 'emergency')),
	request_hash	BLOB NOT NULL CHECK (length(request_hash) = 32),
	request_id	TEXT,
	bundle_ids	TEXT NOT NULL,
	response_hash	BLOB NOT NULL CHECK (length(response_hash) = 32),
	plan_hash	BLOB NOT NULL CHECK (length(plan_hash) = 32),
	ksk_ids		TEXT NOT NULL,
	answered_at	INTEGER NOT NULL CHECK (answered_at > 0),
	expires_at	INTEGER NOT NULL,
	superseded_at	INTEGER CHECK (superseded_at > 0),
	request		TEXT,
	response	TEXT,
	CHECK ((request IS NULL) = (response IS NULL)),
	UNIQUE (zone, request_hash, kind),
	CHECK (length(id) = 32 AND id = lower(id))
) STRICT;
CREATE INDEX ksr_zone ON ksr (zone, answered_at, expires_at);

CREATE TABLE intent (
	id		INTEGER PRIMARY KEY,
	kind		TEXT NOT NULL CHECK (length(kind) > 0),
	token		TEXT NOT NULL CHECK (length(token) > 0),
	key_id		TEXT NOT NULL
			CHECK (length(key_id) = 32 AND key_id = lower(key_id)),
	label		TEXT NOT NULL CHECK (length(label) BETWEEN 1 AND 40),
	payload		TEXT NOT NULL,
	state		TEXT NOT NULL
			CHECK (state = 'open' OR state = 'done'
			OR state = 'undone' OR state = 'abandoned'),
	created_at	INTEGER NOT NULL CHECK (created_at > 0),
	resolved_at	INTEGER CHECK (resolved_at > 0),
	CHECK ((state = 'open') = (resolved_at IS NULL))
) STRICT;
CREATE INDEX intent_state ON intent (state, id);
CREATE UNIQUE INDEX intent_open ON intent (key_id) WHERE state = 'open';

CREATE TABLE ledger (
	seq		INTEGER PRIMARY KEY CHECK (seq > 0),
	prev		BLOB NOT NULL CHECK (length(prev) = 32),
	hash		BLOB NOT NULL CHECK (length(hash) = 32),
	type		TEXT NOT NULL CHECK (length(type) > 0),
	payload		TEXT NOT NULL,
	actor		TEXT NOT NULL,
	at		INTEGER NOT NULL,
	cmk_id		TEXT,
	zone		TEXT
) STRICT;
-- Of the payload, for whoever looks for events; no part of the hash.
CREATE INDEX ledger_cmk ON ledger (cmk_id, type, seq);
CREATE INDEX ledger_zone ON ledger (zone, type, seq);
CREATE INDEX ledger_type ON ledger (type, seq);

-- What waits for approvers, and what they signed.

CREATE TABLE plan (
	hash		TEXT PRIMARY KEY,
	cmk_id		TEXT NOT NULL REFERENCES cmk (id),
	op		TEXT NOT NULL CHECK (length(op) > 0),
	text		TEXT NOT NULL CHECK (length(text) > 0),
	state		TEXT NOT NULL
			CHECK (state = 'waiting' OR state = 'applied'
			OR state = 'expired' OR state = 'withdrawn'),
	created_at	INTEGER NOT NULL CHECK (created_at > 0),
	expires_at	INTEGER NOT NULL,
	resolved_at	INTEGER CHECK (resolved_at > 0),
	CHECK (expires_at > created_at),
	CHECK ((state = 'waiting') = (resolved_at IS NULL)),
	CHECK (length(hash) = 64 AND hash = lower(hash))
) STRICT;
CREATE INDEX plan_state ON plan (state, created_at, hash);

CREATE TABLE approval (
	plan_hash	TEXT NOT NULL
			REFERENCES plan (hash) DEFERRABLE INITIALLY DEFERRED,
	fingerprint	TEXT NOT NULL CHECK (length(fingerprint) > 0),
	who		TEXT NOT NULL,
	signature	TEXT NOT NULL CHECK (length(signature) > 0),
	at		INTEGER NOT NULL CHECK (at > 0),
	PRIMARY KEY (plan_hash, fingerprint)
) STRICT;

-- Guards. schema_pgsql.awk makes PostgreSQL's of them.

CREATE TRIGGER ledger_gap BEFORE INSERT ON ledger
WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM ledger)
	OR NEW.prev <> coalesce((SELECT hash FROM ledger
	    ORDER BY seq DESC LIMIT 1), zeroblob(32))
BEGIN SELECT RAISE(ABORT, 'the ledger is a chain: append at its end'); END;
CREATE TRIGGER ledger_update BEFORE UPDATE ON ledger
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;
CREATE TRIGGER ledger_delete BEFORE DELETE ON ledger
BEGIN SELECT RAISE(ABORT, 'the ledger is append-only'); END;

CREATE TRIGGER cmk_identity BEFORE UPDATE OF id, token, seal_token, key_id,
	created_at, token_identity, probe ON cmk
BEGIN SELECT RAISE(ABORT, 'what a CMK is never changes'); END;
CREATE TRIGGER cmk_sealed BEFORE UPDATE OF policy, policy_hash, sealed_at,
	seal, seal_signature ON cmk WHEN OLD.sealed_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a sealed policy never changes'); END;
CREATE TRIGGER cmk_identity_key BEFORE UPDATE OF identity_key_id, identity,
	identity_signature ON cmk WHEN OLD.identity IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'an identity key never changes'); END;
CREATE TRIGGER cmk_deleted BEFORE UPDATE OF state ON cmk
WHEN OLD.state = 'deleted'
BEGIN SELECT RAISE(ABORT, 'a deleted CMK does not come back'); END;
CREATE TRIGGER cmk_horizon BEFORE UPDATE OF horizon_at ON cmk
WHEN NEW.horizon_at IS NULL OR NEW.horizon_at < OLD.horizon_at
BEGIN SELECT RAISE(ABORT, 'a horizon never comes nearer'); END;
CREATE TRIGGER cmk_delete BEFORE DELETE ON cmk
BEGIN SELECT RAISE(ABORT, 'a CMK is never forgotten'); END;

CREATE TRIGGER key_update BEFORE UPDATE ON key
BEGIN SELECT RAISE(ABORT, 'what a key is never changes'); END;
CREATE TRIGGER key_delete BEFORE DELETE ON key
BEGIN SELECT RAISE(ABORT, 'a key is never forgotten'); END;

CREATE TRIGGER ksk_identity BEFORE UPDATE OF id, cmk_id, key_id, zone,
	generation, alg, key_tag, revoked_tag, dnskey, created_at, endorsement,
	endorsement_signature ON ksk
BEGIN SELECT RAISE(ABORT, 'what a KSK is never changes'); END;
CREATE TRIGGER ksk_removed BEFORE UPDATE OF state ON ksk
WHEN OLD.state = 'removed' AND NEW.state <> 'removed'
BEGIN SELECT RAISE(ABORT, 'a removed KSK does not come back'); END;
CREATE TRIGGER ksk_retired BEFORE UPDATE OF retirement, retirement_signature
	ON ksk WHEN OLD.retirement IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a retirement never changes'); END;
CREATE TRIGGER ksk_horizon BEFORE UPDATE OF horizon_at ON ksk
WHEN OLD.horizon_at IS NOT NULL
	AND (NEW.horizon_at IS NULL OR NEW.horizon_at < OLD.horizon_at)
BEGIN SELECT RAISE(ABORT, 'a horizon never comes nearer'); END;
-- Later it counts where the zone signer got it later.
CREATE TRIGGER ksk_revoked BEFORE UPDATE OF revoke_at ON ksk
WHEN OLD.revoke_at IS NOT NULL
	AND (NEW.revoke_at IS NULL OR NEW.revoke_at < OLD.revoke_at)
BEGIN SELECT RAISE(ABORT, 'a revocation is never taken back'); END;
CREATE TRIGGER ksk_compromised BEFORE UPDATE OF compromised_at ON ksk
WHEN OLD.compromised_at IS NOT NULL
	AND NEW.compromised_at IS NOT OLD.compromised_at
BEGIN SELECT RAISE(ABORT, 'a compromised KSK stays one'); END;
CREATE TRIGGER ksk_delete BEFORE DELETE ON ksk
BEGIN SELECT RAISE(ABORT, 'a KSK is never forgotten'); END;
-- RFC 5011 section 2.1: revoking a key changes its tag.
CREATE TRIGGER ksk_twin BEFORE INSERT ON ksk
WHEN EXISTS (SELECT 1 FROM ksk WHERE zone = NEW.zone AND state <> 'removed'
	AND (key_tag = NEW.revoked_tag OR revoked_tag = NEW.key_tag))
BEGIN SELECT RAISE(ABORT, 'key tag of a revoked twin'); END;

CREATE TRIGGER zone_name BEFORE UPDATE OF zone ON zone
BEGIN SELECT RAISE(ABORT, 'the name of a zone never changes'); END;
CREATE TRIGGER zone_delete BEFORE DELETE ON zone
BEGIN SELECT RAISE(ABORT, 'a zone is never forgotten'); END;

-- Who was overtaken is known by an epoch that never comes back.
CREATE TRIGGER claim_epoch BEFORE UPDATE OF zone, epoch ON claim
WHEN NEW.zone <> OLD.zone OR NEW.epoch < OLD.epoch
BEGIN SELECT RAISE(ABORT, 'an epoch never goes back'); END;

CREATE TRIGGER foreign_key_identity BEFORE UPDATE OF id, zone, alg, key_tag,
	dnskey, added_at ON foreign_key
BEGIN SELECT RAISE(ABORT, 'what a foreign key is never changes'); END;
CREATE TRIGGER foreign_key_removed BEFORE UPDATE ON foreign_key
WHEN OLD.removed_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a removed foreign key does not come back'); END;
CREATE TRIGGER foreign_key_delete BEFORE DELETE ON foreign_key
BEGIN SELECT RAISE(ABORT, 'a foreign key is never forgotten'); END;

CREATE TRIGGER signature_update BEFORE UPDATE ON signature
BEGIN SELECT RAISE(ABORT, 'what was signed never changes'); END;
CREATE TRIGGER zsk_set_update BEFORE UPDATE ON zsk_set
BEGIN SELECT RAISE(ABORT, 'what was admitted never changes'); END;

CREATE TRIGGER ksr_identity BEFORE UPDATE OF id, cmk_id, zone, format, kind,
	request_hash, request_id, bundle_ids, response_hash, plan_hash,
	ksk_ids, answered_at, expires_at, request, response ON ksr
BEGIN SELECT RAISE(ABORT, 'what was answered never changes'); END;
CREATE TRIGGER ksr_superseded BEFORE UPDATE OF superseded_at ON ksr
WHEN OLD.superseded_at IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a superseded response stays one'); END;
CREATE TRIGGER ksr_delete BEFORE DELETE ON ksr
BEGIN SELECT RAISE(ABORT, 'a response is never forgotten'); END;

CREATE TRIGGER intent_identity BEFORE UPDATE OF id, kind, token, key_id,
	label, payload, created_at ON intent
BEGIN SELECT RAISE(ABORT, 'what was intended never changes'); END;
CREATE TRIGGER intent_resolved BEFORE UPDATE ON intent
WHEN OLD.state <> 'open'
BEGIN SELECT RAISE(ABORT, 'this intent is resolved'); END;
CREATE TRIGGER intent_delete BEFORE DELETE ON intent
BEGIN SELECT RAISE(ABORT, 'an intent is never forgotten'); END;

CREATE TRIGGER plan_identity BEFORE UPDATE OF hash, cmk_id, op, text,
	created_at, expires_at ON plan
BEGIN SELECT RAISE(ABORT, 'what was planned never changes'); END;
CREATE TRIGGER plan_resolved BEFORE UPDATE ON plan
WHEN OLD.state <> 'waiting'
BEGIN SELECT RAISE(ABORT, 'this plan is resolved'); END;
CREATE TRIGGER plan_delete BEFORE DELETE ON plan
BEGIN SELECT RAISE(ABORT, 'a plan is never forgotten'); END;
CREATE TRIGGER approval_insert BEFORE INSERT ON approval
WHEN (SELECT state FROM plan WHERE hash = NEW.plan_hash) <> 'waiting'
BEGIN SELECT RAISE(ABORT, 'this plan is resolved'); END;
CREATE TRIGGER approval_update BEFORE UPDATE ON approval
BEGIN SELECT RAISE(ABORT, 'what was approved never changes'); END;
CREATE TRIGGER approval_delete BEFORE DELETE ON approval
BEGIN SELECT RAISE(ABORT, 'an approval is never forgotten'); END;
