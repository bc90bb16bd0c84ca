PRAGMA page_size = 4096;
PRAGMA application_id = 1634497140;
PRAGMA user_version = 65537;
BEGIN TRANSACTION;
CREATE TABLE told (
            cause TEXT PRIMARY KEY,
            told_at INTEGER NOT NULL,
            mark TEXT
        ) STRICT;
INSERT INTO "told" VALUES('login_expiring',1795000000000,'30');
COMMIT;
