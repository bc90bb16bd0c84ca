PRAGMA page_size = 8192;
PRAGMA application_id = 1886151033;
PRAGMA user_version = 65537;
BEGIN TRANSACTION;
CREATE TABLE incognito (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            incognito TEXT NOT NULL
        ) STRICT;
INSERT INTO "incognito" VALUES(1,'{"began_at":1795000000000,"until_at":1795000060000,"until_s":70,"boot_id":"boot-1"}');
CREATE TABLE last_played (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            play TEXT NOT NULL
        ) STRICT;
INSERT INTO "last_played" VALUES(1,'{"item":{"kind":"track","uri":"spotify:track:0000000000000000000001","title":"Paper Lanterns","byline":"Nova Halden","artists":[],"album":null,"show":null,"url":null,"duration_ms":211000,"explicit":false,"art":[],"palette":null},"ended_at":1795000000000}');
COMMIT;
