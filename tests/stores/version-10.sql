PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE IF NOT EXISTS "_sqlite_migrations" (
   "id" INTEGER PRIMARY KEY,
   "migration_set" TEXT,
   "name" TEXT,
   "applied_at" TEXT
);
INSERT INTO _sqlite_migrations VALUES(1,'flash','m001_first','2026-11-24 19:04:08.628772+00:00');
INSERT INTO _sqlite_migrations VALUES(2,'flash','m002_exchange','2026-11-24 19:04:08.635581+00:00');
INSERT INTO _sqlite_migrations VALUES(3,'flash','m003_confusions','2026-11-24 19:04:08.640756+00:00');
INSERT INTO _sqlite_migrations VALUES(4,'flash','m004_sync','2026-11-28 23:26:39.621718+00:00');
INSERT INTO _sqlite_migrations VALUES(5,'flash','m005_deck_files','2026-11-29 01:54:24.699141+00:00');
INSERT INTO _sqlite_migrations VALUES(6,'flash','m006_mock_exams','2026-11-29 02:10:00.000000+00:00');
INSERT INTO _sqlite_migrations VALUES(7,'flash','m007_device_log','2026-11-29 05:02:00.776753+00:00');
INSERT INTO _sqlite_migrations VALUES(8,'flash','m008_devices','2026-11-30 12:15:16.431835+00:00');
INSERT INTO _sqlite_migrations VALUES(9,'flash','m009_due_days','2026-11-30 20:02:54.759621+00:00');
INSERT INTO _sqlite_migrations VALUES(10,'flash','m010_late_answers','2026-12-01 18:00:05.082668+00:00');
CREATE TABLE anki_marks (
    card       integer not null references cards (id) on delete cascade,
    collection text not null,
    mark       text not null,
    value      integer not null,
    primary key (card, collection, mark)
) strict, without rowid;
CREATE TABLE anki_notes (
    guid     text primary key references notes (guid),
    notetype integer not null references anki_notetypes (id),
    fields   text not null,  -- as Anki has them, parted by U+001F
    shown    text not null,  -- JSON: which field holds which text of the content
    content  text not null   -- JSON of the content that was made of them
) strict;
CREATE TABLE anki_notetypes (
    id    integer primary key,
    model text not null  -- JSON as in Anki's schema 11
) strict;
CREATE TABLE browser_steps (
    id        text primary key,  -- made by the browser
    operation integer not null,  -- 0 where nothing had to change
    review    integer references reviews (id) on delete cascade
) strict, without rowid
;
CREATE TABLE browsers (
    name      text primary key,
    cookie    text not null unique,  -- its SHA-256
    paired_ms integer not null,
    seen_ms   integer not null       -- to the hour
) strict, without rowid
;
CREATE TABLE cards (
    id         integer primary key,
    note       text not null references notes (guid),
    ordinal    integer not null,
    part       text not null,
    deck       integer not null references decks (id),
    position   integer not null,
    state      integer not null default 0,
    step       integer not null default 0,
    stability  real,
    difficulty real,
    interval   integer not null default 0,
    due_ms     integer,
    due_day    integer,
    last_ms    integer,
    last_day   integer,
    reps       integer not null default 0,
    lapses     integer not null default 0,
    suspended  integer not null default 0,
    buried     integer not null default 0,  -- study day until whose end it rests
    leech      integer not null default 0,
    flag       integer not null default 0,
    retired    integer not null default 0, marked_ms integer not null default 0, uid text not null default '',
    unique (note, ordinal)
) strict;
INSERT INTO cards VALUES(1795165200000,'qj6tBT2AWy7F',0,'front',1,1,1,0,0.63685069924096027182,7.394502741279717739,-60,1795424520002,NULL,1795424460002,20780,2,0,1,0,0,0,0,1795428060000,'front');
INSERT INTO cards VALUES(1795165200001,'Sphz2dRiRPbI',0,'front',1,2,2,0,8.2956000000000003069,1.0,8,NULL,20785,1795165260001,20777,1,0,0,0,0,0,0,0,'front');
INSERT INTO cards VALUES(1795165200002,'Sphz2dRiRPbI',1,'back',1,3,0,0,NULL,NULL,0,NULL,NULL,NULL,NULL,0,0,0,0,0,0,0,0,'back');
INSERT INTO cards VALUES(1795165200003,'NkmON5SYKszR',0,'hydrogen',1,4,1,1,2.7609654638908418533,6.4021150692968378237,-600,1795425060000,NULL,1795424460000,20780,2,0,0,0,0,0,0,0,'hydrogen');
INSERT INTO cards VALUES(1795165200004,'NkmON5SYKszR',1,'oxygen',1,5,0,0,NULL,NULL,0,NULL,NULL,NULL,NULL,0,0,0,0,0,0,0,0,'oxygen');
INSERT INTO cards VALUES(1795165200005,'Sxiq0LVD0nAW',0,'adenine',1,6,2,0,13.935317174702582576,3.4641142975548855353,13,NULL,20793,1795424460001,20780,2,0,0,0,0,0,0,0,'adenine');
INSERT INTO cards VALUES(1795165200006,'Sxiq0LVD0nAW',1,'cytosine',1,7,0,0,NULL,NULL,0,NULL,NULL,NULL,NULL,0,0,0,0,0,0,0,0,'cytosine');
INSERT INTO cards VALUES(1795165200007,'Sxiq0LVD0nAW',2,'guanine',1,8,0,0,NULL,NULL,0,NULL,NULL,NULL,NULL,0,0,0,0,0,0,0,0,'guanine');
INSERT INTO cards VALUES(1795165200008,'Sxiq0LVD0nAW',3,'thymine',1,9,0,0,NULL,NULL,0,NULL,NULL,NULL,NULL,0,0,0,0,0,0,0,0,'thymine');
INSERT INTO cards VALUES(1795165200009,'ekPzuqg7WO9z',0,'wallplant cell',1,10,1,1,9.2348707817848385559,4.7528584885325573239,-600,1795425060003,NULL,1795424460003,20780,2,0,0,0,0,0,0,0,'wallplant cell');
INSERT INTO cards VALUES(1795165200010,'ekPzuqg7WO9z',1,'wallplant cell<',1,11,0,0,NULL,NULL,0,NULL,NULL,NULL,NULL,0,0,0,0,0,0,0,0,'wallplant cell<');
INSERT INTO cards VALUES(1795165200011,'ekPzuqg7WO9z',2,'wallanimal cell',1,12,0,0,NULL,NULL,0,NULL,NULL,NULL,NULL,0,0,0,0,0,0,0,0,'wallanimal cell');
INSERT INTO cards VALUES(1795165200012,'ekPzuqg7WO9z',3,'wallanimal cell<',1,13,0,0,NULL,NULL,0,NULL,NULL,NULL,NULL,0,0,0,20780,0,0,0,0,'wallanimal cell<');
INSERT INTO cards VALUES(1795165200013,'xOp24hCk87uR',0,'front',1,14,1,1,2.3065000000000002167,2.1181039704590158834,-600,1795165860006,NULL,1795165260006,20777,1,0,0,0,0,0,1,0,'front');
CREATE TABLE clock (
    stamp integer not null  -- the last one that was taken or seen; one row
) strict;
INSERT INTO clock VALUES(117665169408000000);
CREATE TABLE confusion_stamps (
    review integer primary key references reviews (id) on delete cascade,
    stamp  integer not null,
    device text not null default ''
) strict
;
CREATE TABLE confusions (
    review integer primary key references reviews (id),
    card   integer not null references cards (id),
    other  integer not null references cards (id)
) strict;
CREATE TABLE deck_files (
    file       text primary key,
    changed_ns integer not null,  -- its modification time
    size       integer not null
) strict, without rowid
;
CREATE TABLE decks (
    id   integer primary key,
    name text not null unique
) strict;
INSERT INTO decks VALUES(1,'Cells::Basics');
CREATE TABLE erased (
    guid   text primary key,
    stamp  integer not null,
    device text not null default ''
) strict, without rowid
;
CREATE TABLE IF NOT EXISTS "file_bases" (
    note integer primary key references notes (anki_id) on delete cascade,
    file text not null,
    hash text not null
) strict
;
INSERT INTO file_bases VALUES(1795165200000,'/decks/cells.yaml','5050d0fd68c2d1f6791388b67ba140d3');
INSERT INTO file_bases VALUES(1795165200001,'/decks/cells.yaml','30cff7a9ad0ab7091a2312225407a41d');
INSERT INTO file_bases VALUES(1795165200002,'/decks/cells.yaml','40e6914baf0c27641d3dd63529cf4640');
INSERT INTO file_bases VALUES(1795165200003,'/decks/cells.yaml','f0e307ca85b5210949043bac2b3496d8');
INSERT INTO file_bases VALUES(1795165200004,'/decks/cells.yaml','06c28d668de1e87c478e077dc06fdaeb');
CREATE TABLE mark_stamps (
    card   integer not null references cards (id) on delete cascade,
    mark   text not null,
    stamp  integer not null,
    device text not null default '',
    primary key (card, mark)
) strict, without rowid;
INSERT INTO mark_stamps VALUES(1795165200000,'suspended',117665173340160000,'');
INSERT INTO mark_stamps VALUES(1795165200012,'buried',0,'');
CREATE TABLE mock_exams (
    id          integer primary key,  -- UTC milliseconds when it began
    deck        text not null,        -- '' for all decks
    name        text not null,
    limit_ms    integer not null,
    seed        integer not null,
    counts      integer not null,     -- 1: wrong answers count as Again
    predicted   real not null,        -- share of the points, 0 to 1
    questions   text not null,        -- JSON, as they are asked
    answers     text not null,        -- JSON, one for each question
    spent_ms    integer not null,
    finished_ms integer not null,     -- 0 before it is handed in
    undone      integer not null default 0,
    uid         text not null unique,
    device      text not null default '',
    stamp       integer not null
) strict
;
CREATE TABLE note_media (
    guid    text primary key,        -- or that of a note type, srs.models.media
    files   text not null default '[]',   -- JSON: names, hashes and sizes
    stamp   integer not null default 0,   -- 0: never sent
    device  text not null default '',
    seen    text not null default '',     -- JSON; '' before the first look
    scanned integer                       -- the stamp of the text then
) strict, without rowid
;
CREATE TABLE notes (
    anki_id  integer primary key,  -- time-like, never changes
    guid     text not null unique,
    id       text not null,     -- '' where the author gave none
    text_key text not null,
    kind     text not null,
    deck     integer not null references decks (id),
    language text not null,
    fields   text not null,     -- JSON of the content
    extra    text not null,
    tags     text not null,     -- JSON list
    sources  text not null,     -- JSON list
    changed  text not null,     -- JSON, '' where nothing changed
    checked  text not null,     -- YYYY-MM-DD or ''
    recheck  text not null,
    file     text not null,
    line     integer not null,
    retired  integer not null default 0,
    created  integer not null,
    modified integer not null
, device text not null default '', stamp integer not null default 0, file_device text not null default '') strict;
INSERT INTO notes VALUES(1795165200000,'qj6tBT2AWy7F','powerhouse','8513a35eef586cd10d6ad56d30548061','basic',1,'en','{"type":"basic","front":"Which organelle makes most ATP?","back":"Mitochondrion","reverse":false}','*Mitos* is a thread.','["biology"]','[{"title":"Molecular Biology of the Cell","url":"https://example.org/cell"}]','','2026-11-23','','/decks/cells.yaml',5,0,1795165200000,1795165200000,'',117647946547200000,'');
INSERT INTO notes VALUES(1795165200001,'Sphz2dRiRPbI','','5f01a29ed5a953238f6f38bfa18dc7d4','basic',1,'en','{"type":"basic","front":"What does DNA stand for?","back":"Deoxyribonucleic acid","reverse":true}','','["biology"]','[]','','','','/decks/cells.yaml',11,0,1795165200000,1795165200000,'',117647946547200000,'');
INSERT INTO notes VALUES(1795165200002,'NkmON5SYKszR','','6ee956d006b4096c302dd747e4120312','cloze',1,'en','{"type":"cloze","cloze":"Water is {{c1::hydrogen}} and {{c2::oxygen}}."}','','["biology"]','[]','','','','/decks/cells.yaml',14,0,1795165200000,1795165200000,'',117647946547200000,'');
INSERT INTO notes VALUES(1795165200003,'Sxiq0LVD0nAW','','717653eedf30fa1f89b0b1584eb047cf','list',1,'en','{"type":"list","list":"The bases of DNA","items":["adenine","cytosine","guanine","thymine"],"ordered":false}','','["biology"]','[]','','','','/decks/cells.yaml',15,0,1795165200000,1795165200000,'',117647946547200000,'');
INSERT INTO notes VALUES(1795165200004,'ekPzuqg7WO9z','','b68d9d8c5e144bb6c1c22fe08239231d','compare',1,'en','{"type":"compare","compare":["plant cell","animal cell"],"by":{"wall":["cellulose","none"]}}','','["biology"]','[]','','','','/decks/cells.yaml',17,0,1795165200000,1795165200000,'',117647946547200000,'');
INSERT INTO notes VALUES(1795165200005,'xOp24hCk87uR','','91f7040b9a21aa2be3b110b64eae8365','basic',1,'en','{"type":"basic","front":"A card that is going to be retired","back":"yes","reverse":false}','','["biology"]','[]','','','','/decks/cells.yaml',20,1,1795165200000,1795428000000,'',117665169408000000,'');
CREATE TABLE operations (
    id     integer primary key,
    at_ms  integer not null,
    name   text not null,
    before text not null,  -- JSON of what undoing it needs
    undone integer not null default 0
) strict;
INSERT INTO operations VALUES(1,1795165260000,'answer','{"review":1795165260000,"card":1795165200000,"suspended":false}',0);
INSERT INTO operations VALUES(2,1795165260001,'answer','{"review":1795165260001,"card":1795165200001,"suspended":false}',0);
INSERT INTO operations VALUES(3,1795165260002,'answer','{"review":1795165260002,"card":1795165200003,"suspended":false}',0);
INSERT INTO operations VALUES(4,1795165260003,'answer','{"review":1795165260003,"card":1795165200005,"suspended":false}',0);
INSERT INTO operations VALUES(5,1795165260004,'answer','{"review":1795165260004,"card":1795165200009,"suspended":false}',0);
INSERT INTO operations VALUES(6,1795165260005,'answer','{"review":1795165260005,"card":1795165200013,"suspended":false}',1);
INSERT INTO operations VALUES(7,1795165260006,'answer','{"review":1795165260006,"card":1795165200013,"suspended":false}',0);
INSERT INTO operations VALUES(8,1795424460000,'answer','{"review":1795424460000,"card":1795165200003,"suspended":false}',0);
INSERT INTO operations VALUES(9,1795424460001,'answer','{"review":1795424460001,"card":1795165200005,"suspended":false}',0);
INSERT INTO operations VALUES(10,1795424460002,'answer','{"review":1795424460002,"card":1795165200000,"suspended":false}',0);
INSERT INTO operations VALUES(11,1795424460003,'answer','{"review":1795424460003,"card":1795165200009,"suspended":false}',0);
INSERT INTO operations VALUES(12,1795428060000,'suspend','{"column":"suspended","was":[[1795165200000,0,0]]}',0);
INSERT INTO operations VALUES(13,1795428120000,'bury','{"column":"buried","was":[[1795165200012,0,0]]}',0);
CREATE TABLE option_stamps (
    deck   text not null,
    name   text not null,
    stamp  integer not null,
    device text not null default '',
    primary key (deck, name)
) strict, without rowid;
INSERT INTO option_stamps VALUES('Cells','new_per_day',0,'');
CREATE TABLE orphan_cards (
    card    integer primary key references cards (id) on delete cascade,
    ordinal integer not null,
    stamp   integer not null,
    device  text not null default ''
) strict
;
CREATE TABLE presets (
    deck    text primary key,  -- '' holds everywhere
    options text not null      -- JSON of what differs from the parents
) strict;
INSERT INTO presets VALUES('Cells','{"new_per_day":50}');
CREATE TABLE reviews (
    id            integer primary key,  -- UTC milliseconds, unique over all cards
    card          integer not null references cards (id),
    origin_ms     integer not null,     -- the id where it was given
    rating        integer not null,     -- 1 to 4; 0 a manual change
    duration_ms       integer not null,
    state_before        integer not null,     -- state before it
    kind          integer not null,     -- as in Anki's log
    offset_min    integer not null,     -- minutes east of UTC there and then
    state         integer not null,     -- where it led to
    step          integer not null,
    interval      integer not null,     -- days, or seconds below 0
    last_interval integer not null,
    difficulty    real not null,
    origin        text not null default '',
    undone          integer not null default 0, ease integer not null default 0, device text not null default '', stamp integer not null default 0, undone_stamp integer not null default 0, undone_device text not null default '', own_card integer,
    unique (card, origin_ms)
) strict;
INSERT INTO reviews VALUES(1795165260000,1795165200000,1795165260000,3,0,0,0,60,1,1,-600,0,2.1181039704590158834,'',0,0,'',117647950479360000,0,'',NULL);
INSERT INTO reviews VALUES(1795165260001,1795165200001,1795165260001,4,0,0,0,60,2,0,8,0,1.0,'',0,0,'',117647950479425536,0,'',NULL);
INSERT INTO reviews VALUES(1795165260002,1795165200003,1795165260002,1,0,0,0,60,1,0,-60,0,6.4132999999999995566,'',0,0,'',117647950479491072,0,'',NULL);
INSERT INTO reviews VALUES(1795165260003,1795165200005,1795165260003,2,0,0,0,60,1,0,-330,0,5.1121707056010556868,'',0,0,'',117647950479556608,0,'',NULL);
INSERT INTO reviews VALUES(1795165260004,1795165200009,1795165260004,3,0,0,0,60,1,1,-600,0,2.1181039704590158834,'',0,0,'',117647950479622144,0,'',NULL);
INSERT INTO reviews VALUES(1795165260005,1795165200013,1795165260005,4,0,0,0,60,2,0,8,0,1.0,'',1,0,'',117647950479687680,117647950479687680,'',NULL);
INSERT INTO reviews VALUES(1795165260006,1795165200013,1795165260006,3,0,0,0,60,1,1,-600,0,2.1181039704590158834,'',0,0,'',117647950479753216,0,'',NULL);
INSERT INTO reviews VALUES(1795424460000,1795165200003,1795424460000,3,0,1,0,60,1,1,-600,-60,6.4021150692968378237,'',0,0,'',117664937410560000,0,'',NULL);
INSERT INTO reviews VALUES(1795424460001,1795165200005,1795424460001,4,0,1,0,60,2,0,13,-330,3.4641142975548855353,'',0,0,'',117664937410625536,0,'',NULL);
INSERT INTO reviews VALUES(1795424460002,1795165200000,1795424460002,1,0,1,0,60,1,0,-60,-600,7.394502741279717739,'',0,0,'',117664937410691072,0,'',NULL);
INSERT INTO reviews VALUES(1795424460003,1795165200009,1795424460003,2,0,1,0,60,1,1,-600,-600,4.7528584885325573239,'',0,0,'',117664937410756608,0,'',NULL);
CREATE TABLE setting_stamps (
    name   text primary key,
    stamp  integer not null,
    device text not null default ''
) strict, without rowid;
INSERT INTO setting_stamps VALUES('time_zone',0,'');
CREATE TABLE settings (
    name  text primary key,
    value text not null
) strict;
INSERT INTO settings VALUES('time_zone','Europe/Berlin');
CREATE TABLE sync_devices (
    device text primary key,
    name   text not null,
    last   integer not null,  -- the latest stamp seen of it
    start  integer not null   -- what it wrote before this number, it wrote again
) strict, without rowid
;
CREATE TABLE sync_parked (
    entry  blob primary key,
    reason text not null
) strict, without rowid
;
CREATE TABLE sync_places (
    address text primary key,
    sent    integer not null,
    others  integer not null
) strict, without rowid
;
CREATE TABLE sync_segments (
    address text not null,
    device  text not null,
    first   integer not null,
    last    integer not null,
    size    integer not null,
    primary key (address, device, first, last)
) strict, without rowid
;
CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"
    ON "_sqlite_migrations" ("migration_set", "name");
CREATE INDEX cards_new on cards (position, id)
 where state = 0 and suspended = 0 and retired = 0;
CREATE INDEX cards_learning on cards (due_ms, id)
 where due_ms is not null and suspended = 0 and retired = 0;
CREATE INDEX cards_due on cards (due_day, id)
 where due_day is not null and suspended = 0 and retired = 0;
CREATE TRIGGER stamp_suspended after update of suspended on cards
  when new.suspended <> old.suspended begin
    insert into mark_stamps (card, mark, stamp) values (new.id, 'suspended', (select stamp from clock))
        on conflict do update set stamp = excluded.stamp, device = '';
end;
CREATE TRIGGER stamp_buried after update of buried on cards
  when new.buried <> old.buried begin
    insert into mark_stamps (card, mark, stamp) values (new.id, 'buried', (select stamp from clock))
        on conflict do update set stamp = excluded.stamp, device = '';
end;
CREATE TRIGGER stamp_flag after update of flag on cards
  when new.flag <> old.flag begin
    insert into mark_stamps (card, mark, stamp) values (new.id, 'flag', (select stamp from clock))
        on conflict do update set stamp = excluded.stamp, device = '';
end;
CREATE INDEX reviews_lent on reviews (own_card) where own_card is not null;
CREATE INDEX reviews_stamp on reviews (stamp);
CREATE INDEX reviews_undone on reviews (undone_stamp) where undone_stamp > 0;
CREATE INDEX reviews_moved on reviews (id) where id <> origin_ms;
CREATE INDEX notes_stamp on notes (stamp);
CREATE INDEX notes_hidden on notes (guid) where retired > 1;
CREATE TRIGGER stamp_confusion_insert after insert on confusions begin
    insert into confusion_stamps (review, stamp) values (new.review, (select stamp from clock))
        on conflict do update set stamp = excluded.stamp, device = '';
end;
CREATE TRIGGER stamp_confusion_update after update on confusions begin
    insert into confusion_stamps (review, stamp) values (new.review, (select stamp from clock))
        on conflict do update set stamp = excluded.stamp, device = '';
end;
CREATE TRIGGER stamp_confusion_delete after delete on confusions begin
    insert into confusion_stamps (review, stamp) values (old.review, (select stamp from clock))
        on conflict do update set stamp = excluded.stamp, device = '';
end;
CREATE TRIGGER stamp_undone after update of undone on reviews
  when new.undone <> old.undone begin
    update reviews set undone_stamp = (select stamp from clock), undone_device = '' where id = new.id;
end;
CREATE TRIGGER stamp_note
  after update of id, text_key, kind, deck, language, fields, extra, tags, sources, changed, checked, recheck, retired on notes
  when max(new.retired, old.retired) < 2
    or new.id <> old.id or new.text_key <> old.text_key or new.kind <> old.kind or new.deck <> old.deck or new.language <> old.language or new.fields <> old.fields or new.extra <> old.extra or new.tags <> old.tags or new.sources <> old.sources or new.changed <> old.changed or new.checked <> old.checked or new.recheck <> old.recheck begin
    update notes set stamp = (select stamp from clock), device = '' where anki_id = new.anki_id;
    delete from orphan_cards where card in (select id from cards where note = new.guid);
end;
COMMIT;
pragma user_version = 10;
