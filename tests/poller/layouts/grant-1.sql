PRAGMA page_size = 16384;
PRAGMA application_id = 1953459813;
PRAGMA user_version = 65537;
BEGIN TRANSACTION;
CREATE TABLE cooldown (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    began_at INTEGER NOT NULL,
    until_at INTEGER NOT NULL,
    until_s REAL NOT NULL,
    boot_id TEXT NOT NULL,
    is_quota INTEGER NOT NULL CHECK (is_quota IN (0, 1)),
    strikes INTEGER NOT NULL
) STRICT;
INSERT INTO "cooldown" VALUES(1,1,2,3.5,'boot-1',1,4);
CREATE TABLE grant (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    generation INTEGER NOT NULL CHECK (generation > 0),
    refresh_token TEXT NOT NULL CHECK (refresh_token <> ''),
    prev_refresh_token TEXT,
    access_token TEXT,
    access_lifetime_s REAL,
    access_until_s REAL,
    access_until_at INTEGER,
    access_boot_id TEXT,
    scope TEXT NOT NULL,
    authorized_at INTEGER NOT NULL,
    account_key TEXT,
    account_name TEXT,
    intent_generation INTEGER,
    is_dead INTEGER NOT NULL CHECK (is_dead IN (0, 1))
) STRICT;
INSERT INTO "grant" VALUES(1,1,'refresh-1',NULL,'access-1',3600.0,4600.0,1795003600000,'boot-1','user-read-playback-state user-read-currently-playing user-read-recently-played',1795000000000,'k','Robin',NULL,0);
COMMIT;
