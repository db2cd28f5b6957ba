-- Operations of every kind: what an order chooses, what a run did, the data that left a unit (streams),
-- and slots that are out of use.

ALTER TABLE orders ADD COLUMN operation TEXT NOT NULL DEFAULT 'download';
-- What the order chose beside its profile: operation, end, only, ranges, slots.
ALTER TABLE orders ADD COLUMN choice TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(choice));
ALTER TABLE orders ADD COLUMN stopped TEXT; -- why the station starts no more runs of it; NULL: it does

-- A run that only reads passes without a point of no return: the table is built anew, because a
-- CHECK can not be changed in place.
CREATE TABLE runs_next (
	id INTEGER PRIMARY KEY,
	order_id INTEGER REFERENCES orders (id),     -- NULL: none
	slot_id INTEGER NOT NULL REFERENCES slots (id),
	unit_id INTEGER REFERENCES units (id),       -- NULL until identified
	package_id INTEGER REFERENCES packages (id),
	profile_id INTEGER REFERENCES profiles (id),
	attempt INTEGER NOT NULL CHECK (attempt >= 1),
	version TEXT NOT NULL,                       -- of the program
	usb_id TEXT NOT NULL,
	usb_speed TEXT NOT NULL,
	started_ms INTEGER NOT NULL,
	identified_ms INTEGER,
	no_return_ms INTEGER,                        -- the unit may have been written from here on
	finished_ms INTEGER,
	result TEXT CHECK (result IN ('passed', 'failed', 'refused', 'interrupted')),
	phase TEXT,                                  -- where it ended
	step TEXT,
	error_family TEXT,                           -- with error_code, the key of the error catalogue
	error_code INTEGER,
	error_step TEXT,
	error_what TEXT,                             -- what was seen this time
	bytes_written INTEGER CHECK (bytes_written >= 0), -- acknowledged by the device
	reattaches INTEGER,
	da_identifier TEXT,
	da_sha256 TEXT,
	facts TEXT CHECK (facts IS NULL OR json_valid(facts)), -- what the chip and the agent said
	operation TEXT NOT NULL DEFAULT 'download',  -- what was to be done
	verify_level TEXT CHECK (verify_level IN ('none', 'checksum', 'sample', 'full')), -- in use
	identity TEXT CHECK (identity IN             -- what became of the unit's own data
		('not touched', 'saved', 'same', 'restored', 'none', 'lost')),
	recovered INTEGER CHECK (recovered IN (0, 1)), -- came back by a preloader written first
	card TEXT CHECK (card IS NULL OR json_valid(card)), -- the device's partition table
	CHECK ((result IS NULL) = (finished_ms IS NULL)),
	CHECK ((error_family IS NULL) = (error_code IS NULL)),
	CHECK (result <> 'passed' OR error_code IS NULL),
	CHECK (result <> 'passed' OR no_return_ms IS NOT NULL
		OR operation IN ('readback', 'memtest', 'verify', 'identify')),
	CHECK (result <> 'refused' OR coalesce(bytes_written, 0) = 0)
) STRICT;

INSERT INTO runs_next (
	id, order_id, slot_id, unit_id, package_id, profile_id,
	attempt, version, usb_id, usb_speed, started_ms, identified_ms,
	no_return_ms, finished_ms, result, phase, step, error_family,
	error_code, error_step, error_what, bytes_written, reattaches, da_identifier,
	facts)
SELECT
	id, order_id, slot_id, unit_id, package_id, profile_id,
	attempt, version, usb_id, usb_speed, started_ms, identified_ms,
	no_return_ms, finished_ms, result, phase, step, error_family,
	error_code, error_step, error_what, bytes_written, reattaches, da_identifier,
	facts
FROM runs;

DROP TABLE runs;
ALTER TABLE runs_next RENAME TO runs;

-- Each also gives the rows of its key in order of id, as the pages of the API need them.
CREATE INDEX runs_by_order ON runs (order_id);
CREATE INDEX runs_by_slot ON runs (slot_id);
CREATE INDEX runs_by_unit ON runs (unit_id);
CREATE INDEX runs_by_result ON runs (result);
CREATE INDEX runs_by_start ON runs (started_ms);
CREATE INDEX runs_under_way ON runs (id) WHERE result IS NULL;
-- All that counters and statistics read, in the order they read it (each unit's runs together), so
-- that they never touch the wide rows themselves.
CREATE INDEX runs_figures ON runs
	(order_id, unit_id, id, result, started_ms, finished_ms, slot_id, error_family, error_code);

-- Bytes that were read from a unit into a file: read-backs for people, and backups of its own data.
CREATE TABLE streams (
	id INTEGER PRIMARY KEY,
	run_id INTEGER NOT NULL REFERENCES runs (id),
	kind TEXT NOT NULL CHECK (kind IN ('readback', 'identity')),
	name TEXT NOT NULL,                        -- partition, or region and address
	region TEXT NOT NULL,
	start INTEGER NOT NULL CHECK (start >= 0), -- in the region, bytes
	bytes INTEGER NOT NULL CHECK (bytes >= 0),
	sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
	blank INTEGER NOT NULL CHECK (blank IN (0, 1)), -- nothing but 00 or FF
	path TEXT NOT NULL,
	stored_ms INTEGER NOT NULL
) STRICT;

CREATE INDEX streams_by_run ON streams (run_id);

-- Slots that the station has taken out of use, until someone releases them.
CREATE TABLE quarantines (
	id INTEGER PRIMARY KEY,
	slot_id INTEGER NOT NULL REFERENCES slots (id),
	since_ms INTEGER NOT NULL,
	why TEXT NOT NULL,
	statistics TEXT NOT NULL CHECK (json_valid(statistics)),
	released_ms INTEGER
) STRICT;

CREATE UNIQUE INDEX quarantines_in_force ON quarantines (slot_id) WHERE released_ms IS NULL;
