-- The ledger: everything that happened on a station. Times are UTC in milliseconds since 1970.
-- A slot is a place, a unit is a board or phone; a run ties one to the other for one attempt.
-- Rows are only added or completed, never deleted.

CREATE TABLE station (
	id INTEGER PRIMARY KEY CHECK (id = 1), -- a ledger belongs to one station
	name TEXT NOT NULL,
	version TEXT NOT NULL,                 -- of the program at its last start
	created_ms INTEGER NOT NULL,
	started_ms INTEGER NOT NULL,           -- last start
	starts INTEGER NOT NULL
) STRICT;

CREATE TABLE slots (
	id INTEGER PRIMARY KEY,
	path TEXT NOT NULL UNIQUE CHECK (path <> ''), -- controller and port path
	label TEXT NOT NULL,                          -- for people, may change
	first_seen_ms INTEGER NOT NULL
) STRICT;

CREATE INDEX slots_by_label ON slots (label);

-- Content by hash, shared by all packages that hold it.
CREATE TABLE images (
	id INTEGER PRIMARY KEY,
	sha256 TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64),
	bytes INTEGER CHECK (bytes >= 0) -- of the file; NULL: not known
) STRICT;

CREATE TABLE packages (
	id INTEGER PRIMARY KEY,
	sha256 TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64), -- over the manifest: the public id
	name TEXT NOT NULL,
	platform TEXT NOT NULL,
	project TEXT NOT NULL,
	bytes INTEGER NOT NULL CHECK (bytes >= 0),
	findings TEXT NOT NULL CHECK (json_valid(findings)),
	source_path TEXT NOT NULL,
	imported_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE package_files (
	package_id INTEGER NOT NULL REFERENCES packages (id),
	n INTEGER NOT NULL,
	name TEXT NOT NULL,
	image_id INTEGER NOT NULL REFERENCES images (id),
	PRIMARY KEY (package_id, n)
) STRICT, WITHOUT ROWID;

-- Every version of a profile that was ever loaded. The current one of a name has the highest turn.
CREATE TABLE profiles (
	id INTEGER PRIMARY KEY,
	name TEXT NOT NULL CHECK (name <> ''),
	sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
	json TEXT NOT NULL CHECK (json_valid(json)),
	turn INTEGER NOT NULL,
	loaded_ms INTEGER NOT NULL,
	UNIQUE (name, sha256)
) STRICT;

CREATE INDEX profiles_by_turn ON profiles (name, turn);

CREATE TABLE orders (
	id INTEGER PRIMARY KEY,
	name TEXT NOT NULL CHECK (name <> ''),
	profile_id INTEGER NOT NULL REFERENCES profiles (id),
	package_id INTEGER NOT NULL REFERENCES packages (id),
	product TEXT NOT NULL,
	quantity INTEGER NOT NULL CHECK (quantity >= 0), -- 0: open end
	operator TEXT,
	opened_ms INTEGER NOT NULL,
	closed_ms INTEGER,
	close_reason TEXT,
	CHECK (closed_ms IS NOT NULL OR close_reason IS NULL)
) STRICT;

-- Two open orders of one name could not be told apart on the line.
CREATE UNIQUE INDEX orders_open_by_name ON orders (name) WHERE closed_ms IS NULL;

CREATE TABLE units (
	id INTEGER PRIMARY KEY,
	me_id TEXT CHECK (me_id <> ''),   -- lower-case hex, NULL: the chip has none
	soc_id TEXT CHECK (soc_id <> ''),
	serial TEXT,
	imei_status TEXT NOT NULL DEFAULT 'not read',
	hw_code INTEGER,
	first_seen_ms INTEGER NOT NULL,
	last_seen_ms INTEGER NOT NULL,
	last_run_id INTEGER REFERENCES runs (id),
	last_result TEXT CHECK (last_result IN ('passed', 'failed', 'refused', 'interrupted')),
	CHECK (me_id IS NOT NULL OR soc_id IS NOT NULL)
) STRICT;

CREATE UNIQUE INDEX units_by_me_id ON units (me_id) WHERE me_id IS NOT NULL;
CREATE UNIQUE INDEX units_by_soc_id_alone ON units (soc_id) WHERE me_id IS NULL;
CREATE INDEX units_by_soc_id ON units (soc_id);
CREATE INDEX units_by_serial ON units (serial) WHERE serial IS NOT NULL;
CREATE INDEX units_by_last_result ON units (last_result);
CREATE INDEX units_by_last_seen ON units (last_seen_ms);

CREATE TABLE imeis (
	unit_id INTEGER NOT NULL REFERENCES units (id),
	n INTEGER NOT NULL, -- 0: first SIM
	imei TEXT NOT NULL CHECK (imei <> ''),
	PRIMARY KEY (unit_id, n)
) STRICT, WITHOUT ROWID;

CREATE INDEX imeis_by_imei ON imeis (imei);

CREATE TABLE runs (
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
	CHECK ((result IS NULL) = (finished_ms IS NULL)),
	CHECK ((error_family IS NULL) = (error_code IS NULL)),
	CHECK (result <> 'passed' OR error_code IS NULL),
	CHECK (result <> 'passed' OR no_return_ms IS NOT NULL),
	CHECK (result <> 'refused' OR coalesce(bytes_written, 0) = 0)
) STRICT;

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

CREATE TABLE steps (
	run_id INTEGER NOT NULL REFERENCES runs (id),
	n INTEGER NOT NULL,
	name TEXT NOT NULL,
	ms INTEGER NOT NULL CHECK (ms >= 0),
	result TEXT NOT NULL CHECK (result IN ('passed', 'failed', 'refused', 'interrupted')),
	PRIMARY KEY (run_id, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE partitions (
	run_id INTEGER NOT NULL REFERENCES runs (id),
	n INTEGER NOT NULL,
	name TEXT NOT NULL,
	bytes INTEGER NOT NULL CHECK (bytes >= 0), -- written
	image_id INTEGER REFERENCES images (id),   -- NULL: made by the station, as the partition table
	verify TEXT NOT NULL CHECK (verify IN ('none', 'checksum', 'sample', 'full', 'bad')),
	ms INTEGER NOT NULL CHECK (ms >= 0),
	complete INTEGER NOT NULL CHECK (complete IN (0, 1)),
	PRIMARY KEY (run_id, n)
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
	id INTEGER PRIMARY KEY,
	at_ms INTEGER NOT NULL,
	kind TEXT NOT NULL CHECK (kind <> ''),
	slot_id INTEGER REFERENCES slots (id),
	run_id INTEGER REFERENCES runs (id),
	text TEXT NOT NULL
) STRICT;

CREATE INDEX events_by_run ON events (run_id) WHERE run_id IS NOT NULL;
CREATE INDEX events_by_time ON events (at_ms);
