PRAGMA page_size = 4096;
PRAGMA application_id = 1818584167;
PRAGMA user_version = 65537;
BEGIN TRANSACTION;
CREATE TABLE blocks (
            number INTEGER PRIMARY KEY,
            block TEXT NOT NULL
        ) STRICT;
INSERT INTO "blocks" VALUES(1,'{"size":8,"ended":{"at_s":100.5,"at":1795000000000,"boot_id":"boot-1"},"made":{"player":5}}');
CREATE TABLE learned (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            learned TEXT NOT NULL
        ) STRICT;
INSERT INTO "learned" VALUES(1,'{"daily":[{"calls":600,"at":{"at_s":100.5,"at":1795000000000,"boot_id":"boot-1"}}],"burst":null,"endings_s":[6.0]}');
COMMIT;
